"""Every word of the pages for signing in and out, in both languages."""

from collections.abc import Mapping

from bot.model import Locale

_DE: Mapping[str, str] = {
    "desk": "Desk",
    "desk_tagline": "Fälle aus dem Chat",
    "desk_empty": "Hier stehen die Fälle Ihres Teams.",
    "to_desk": "Zum Desk",
    "go_on": "Weiter",
    "signed_in_as": "Angemeldet als",
    "sign_out": "Abmelden",
    "my_sessions": "Anmeldungen",
    "sign_in_title": "Am Desk anmelden",
    "sign_in_words": "Dieser Link meldet Sie einmal an. In diesem Browser bleiben Sie dann acht Stunden lang angemeldet.",
    "sign_in_button": "Jetzt anmelden",
    "sign_in_hint": "Sie haben keinen Link angefordert? Dann schließen Sie diese Seite. Es ist nichts passiert.",
    "how_to_sign_in": "Zum Desk kommen Sie mit einem Link. Er gilt zehn Minuten lang und genau einmal.",
    "how_to_get_a_link": "Einen neuen Link gibt Ihnen die Person, die Lotse betreibt. Der Befehl dafür:",
    "your_id": "Ihre.Kennung",
    "already_signed_in": "Sie sind schon angemeldet?",
    "signed_out_title": "Sie sind abgemeldet",
    "link_gone_title": "Dieser Link meldet niemanden mehr an",
    "error_signed_out_title": "Bitte melden Sie sich an",
    "error_signed_out": "Sie sind nicht mehr angemeldet, deshalb wurde nichts gespeichert. Bitte melden Sie sich neu an.",
    "error_no_access_title": "Das gibt es hier nicht",
    "error_no_access": "Vielleicht ist die Adresse unvollständig. Oder der Fall gehört zu einem anderen Team: "
    "Dann sehen ihn nur die Personen dort.",
    "error_not_allowed_title": "Das kann hier nur jemand anderes",
    "error_not_allowed": "Diesen Schritt macht die Person, die den Fall übernommen hat. "
    "Übergeben Sie den Fall zuerst an sich selbst, mit einer Notiz.",
    "error_no_chat_title": "Hier gibt es keinen Web-Chat",
    "error_no_chat": "Bitte schreiben Sie Lotse dort, wo Sie den Hinweis auf Lotse gefunden haben.",
    "too_many_title": "Bitte warten Sie einen Moment",
    "too_many": "Von Ihrem Anschluss kamen zu viele Links, die niemanden anmelden. "
    "Ab {until} Uhr geht es weiter; öffnen Sie dann einen neuen Link.",
    "sessions_title": "Ihre Anmeldungen",
    "sessions_words": "Hier sind Sie gerade angemeldet. Nur Sie sehen diese Liste.",
    "session_here": "dieser Browser",
    "session_since": "seit {since}, bis {until} Uhr",
    "session_end": "Beenden",
    "session_end_label": "Anmeldung beenden: {device}, {since}",
    "sessions_end_others": "Alle anderen beenden",
    "device_unknown": "unbekanntes Gerät",
    "accounts_title": "Ihre Konten in Slack und Matrix",
    "accounts_words": "Mit einem verbundenen Konto arbeiten Sie im Raum der Koordination unter Ihrem Namen und mit Ihren Teams. "
    "Wer dort mitarbeiten darf, sagt weiterhin der Raum. Was Sie dort schon übernommen haben, kommt mit; trennen Sie ein Konto, "
    "bleiben Ihre Fälle bei Ihnen am Desk, wenn Sie auch ohne den Raum zur Koordination gehören; sonst gehen sie zurück auf "
    "die Liste.",
    "accounts_none": "Noch ist kein Konto verbunden.",
    "account_code": "Code anzeigen",
    "account_code_words": "Schreiben Sie Lotse von dem Konto aus, das Sie verbinden möchten:",
    "account_code_hint": "Der Code gilt zehn Minuten lang und genau einmal. Geben Sie ihn niemandem.",
    "account_word": "verbinden",
    "account_since": "verbunden seit {since}",
    "account_unlink": "Trennen",
    "account_unlink_label": "Konto trennen: {account}",
}

_EN: Mapping[str, str] = {
    "desk": "Desk",
    "desk_tagline": "Cases from the chat",
    "desk_empty": "The cases of your team appear here.",
    "to_desk": "Go to the desk",
    "go_on": "Continue",
    "signed_in_as": "Signed in as",
    "sign_out": "Sign out",
    "my_sessions": "Sessions",
    "sign_in_title": "Sign in to the desk",
    "sign_in_words": "This link signs you in once. You then stay signed in for eight hours in this browser.",
    "sign_in_button": "Sign in now",
    "sign_in_hint": "You did not ask for a link? Then close this page. Nothing has happened.",
    "how_to_sign_in": "You reach the desk with a link. It works for ten minutes and exactly once.",
    "how_to_get_a_link": "The person who runs Lotse gives you a new link. The command for it:",
    "your_id": "your.id",
    "already_signed_in": "Already signed in?",
    "signed_out_title": "You are signed out",
    "link_gone_title": "This link does not sign anybody in any more",
    "error_signed_out_title": "Please sign in",
    "error_signed_out": "You are no longer signed in, so nothing was saved. Please sign in again.",
    "error_no_access_title": "This is not here",
    "error_no_access": "The address may be incomplete. Or the case belongs to another team: "
    "then only the people there can see it.",
    "error_not_allowed_title": "Only somebody else can do this",
    "error_not_allowed": "This step is for the person who has claimed the case. "
    "Transfer the case to yourself first, with a note.",
    "error_no_chat_title": "There is no web chat here",
    "error_no_chat": "Please write to Lotse where you found out about it.",
    "too_many_title": "Please wait a moment",
    "too_many": "Too many links that sign nobody in came from your connection. "
    "You can go on at {until}; please open a new link then.",
    "sessions_title": "Your sessions",
    "sessions_words": "This is where you are signed in. Only you can see this list.",
    "session_here": "this browser",
    "session_since": "since {since}, until {until}",
    "session_end": "End",
    "session_end_label": "End this session: {device}, {since}",
    "sessions_end_others": "End all others",
    "device_unknown": "unknown device",
    "accounts_title": "Your accounts on Slack and Matrix",
    "accounts_words": "With a linked account you work in the coordinators' room under your name and with your teams. "
    "Who may work there is still for the room to say. What you have claimed there already comes along; when you unlink an account, "
    "your cases stay with you at the desk if you are a coordinator also without the room; otherwise they go back to the queue.",
    "accounts_none": "No account is linked yet.",
    "account_code": "Show a code",
    "account_code_words": "Write this to Lotse from the account you want to link:",
    "account_code_hint": "The code works for ten minutes and exactly once. Give it to nobody.",
    "account_word": "link",
    "account_since": "linked since {since}",
    "account_unlink": "Unlink",
    "account_unlink_label": "Unlink account: {account}",
}

SIGN_IN: Mapping[Locale, Mapping[str, str]] = {"de": _DE, "en": _EN}
