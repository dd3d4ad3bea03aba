"""Every word of the pages about unanswered questions and drafts, in both languages."""

from collections.abc import Mapping

from bot.model import Locale

_DE: Mapping[str, str] = {
    "desk_nav_gaps": "Lücken",
    "desk_nav_drafts": "Entwürfe",
    "desk_gaps_title": "Was Lotse nicht beantworten konnte",
    "desk_gaps_words": "Gleiche Fragen stehen zusammen, die häufigsten zuerst. Was das Wissen heute beantwortet, "
    "steht nicht mehr hier.",
    "desk_gaps_none": "Keine offenen Fragen. Was Lotse nicht beantworten kann, erscheint hier von selbst.",
    "desk_gaps_more": "und {count} weitere Gruppen",
    "desk_gap_count": "{count}× gefragt, von {people}, zuletzt {last}",
    "desk_gap_person": "1 Person",
    "desk_gap_people": "{people} Personen",
    "desk_gap_missed": "nicht verstanden",
    "desk_gap_clarified": "nachgefragt, nichts passte",
    "desk_gap_known": "Thema klar, Angabe fehlt",
    "desk_gap_expired": "Angaben abgelaufen",
    "desk_gap_wordings": "Weitere Formulierungen",
    "desk_gap_guess": "Beste Vermutung",
    "desk_gap_offered": "Angeboten wurde",
    "desk_gap_teach": "Einer Antwort beibringen",
    "desk_gap_sentence": "Satz",
    "desk_gap_target": "Antwort (thema.aspekt)",
    "desk_gap_teach_button": "Prüfen und beibringen",
    "desk_gap_ignore": "Für immer übergehen",
    "desk_gap_reason": "Grund, für alle, die es später finden",
    "desk_gaps_lost_team": "In knowledge/teams.yaml fehlt das Team „{team}“. Fälle, die deshalb in den letzten 7 Tagen an ein "
    "anderes Team gingen: {count}. Kommt es zurück, bleiben sie dort; übergeben lassen sie sich jederzeit.",
    "desk_gaps_only_admins": "Beibringen und übergehen kann die Redaktion (Rolle admin).",
    "desk_gaps_ignored": "Übergangene Gruppen",
    "desk_gaps_list_again": "Wieder zeigen",
    "desk_gaps_tries": "Zuletzt beigebracht",
    "desk_try_running": "Wird geprüft; das dauert etwa eine Minute.",
    "desk_try_kept": "Gelernt. Die neue Fassung ist in wenigen Augenblicken aktiv.",
    "desk_try_leads": "Der Satz führt jetzt dorthin.",
    "desk_try_leads_not": "Der Satz führt noch nicht dorthin; ein zweiter, ähnlicher Satz hilft oft.",
    "desk_try_harm": "Nicht übernommen: Andere Sätze würden dadurch falsch verstanden.",
    "desk_try_refused": "Nicht übernommen:",
    "desk_try_gained": "Jetzt richtig verstanden",
    "desk_try_lost": "Würde falsch verstanden",
    "desk_gaps_wrong_target": "Bitte geben Sie einen Satz (höchstens 300 Zeichen) und eine Antwort an, zum Beispiel "
    "weiterbildungsbonus.amount.",
    "desk_gaps_wrong_reason": "Bitte nennen Sie einen Grund mit wenigstens drei Zeichen.",
    "desk_gaps_changed": "Diese Gruppe gibt es so nicht mehr; die Liste hat sich inzwischen geändert.",
    "desk_gaps_busy": "Es wird gerade ein anderer Satz geprüft. Bitte versuchen Sie es in einer Minute noch einmal.",
    "desk_drafts_title": "Entwürfe aus abgeschlossenen Fällen",
    "desk_drafts_words": "Namen, Adressen und Nummern sind ersetzt, soweit sie erkannt wurden: Bitte prüfen Sie das. "
    "Lotse antwortet nie aus einem Entwurf: Erst die "
    "Redaktion macht daraus eine Antwort mit Quelle. Was dafür noch fehlt, sagt „lotse drafts“; "
    "„lotse drafts take“ mit dem Namen des Entwurfs übernimmt ihn.",
    "desk_drafts_none": "Kein Entwurf wartet. Auf der Seite eines abgeschlossenen Falls entsteht einer mit einem "
    "Klick.",
    "desk_draft_case": "aus Fall {number}",
    "desk_draft_question": "Frage",
    "desk_draft_answer": "Antwort",
    "desk_draft_replaced": "Ersetzt",
    "desk_draft_unreadable": "Diese Datei lässt sich nicht lesen; lotse check sagt, warum.",
    "desk_draft_discard": "Verwerfen",
    "desk_draft_nothing": "In diesem Fall steht keine Frage oder keine Antwort, aus der ein Entwurf werden könnte.",
    "desk_draft_no_folder": "In diesen Wissensordner kann nichts geschrieben werden. Wer Lotse betreibt, setzt dafür "
    "LOTSE_CONTENT auf einen eigenen.",
}

_EN: Mapping[str, str] = {
    "desk_nav_gaps": "Gaps",
    "desk_nav_drafts": "Drafts",
    "desk_gaps_title": "What Lotse could not answer",
    "desk_gaps_words": "Questions that are alike stand together, the most frequent first. What the knowledge "
    "answers today is no longer listed.",
    "desk_gaps_none": "No open questions. What Lotse cannot answer appears here by itself.",
    "desk_gaps_more": "and {count} more groups",
    "desk_gap_count": "asked {count}×, by {people}, last {last}",
    "desk_gap_person": "1 person",
    "desk_gap_people": "{people} people",
    "desk_gap_missed": "not understood",
    "desk_gap_clarified": "asked back, nothing fitted",
    "desk_gap_known": "subject clear, no answer",
    "desk_gap_expired": "figures expired",
    "desk_gap_wordings": "Other wordings",
    "desk_gap_guess": "Best guess",
    "desk_gap_offered": "Offered",
    "desk_gap_teach": "Teach to an answer",
    "desk_gap_sentence": "Sentence",
    "desk_gap_target": "Answer (topic.aspect)",
    "desk_gap_teach_button": "Try and teach",
    "desk_gap_ignore": "Ignore for good",
    "desk_gap_reason": "Why, for those who find it later",
    "desk_gaps_lost_team": "knowledge/teams.yaml has no team “{team}” any more. Cases that went to another team because of that in "
    "the last 7 days: {count}. Should it come back they stay there; they can be handed over at any time.",
    "desk_gaps_only_admins": "Teaching and ignoring is for the editors (role admin).",
    "desk_gaps_ignored": "Ignored groups",
    "desk_gaps_list_again": "List again",
    "desk_gaps_tries": "Taught last",
    "desk_try_running": "Being tried; that takes about a minute.",
    "desk_try_kept": "Learned. The new version is live in a moment.",
    "desk_try_leads": "The sentence leads there now.",
    "desk_try_leads_not": "The sentence does not lead there yet; a second one like it often helps.",
    "desk_try_harm": "Not kept: other sentences would be misunderstood because of it.",
    "desk_try_refused": "Not kept:",
    "desk_try_gained": "Understood now",
    "desk_try_lost": "Would be misunderstood",
    "desk_gaps_wrong_target": "Please enter a sentence (at most 300 characters) and an answer, such as "
    "weiterbildungsbonus.amount.",
    "desk_gaps_wrong_reason": "Please give a reason of at least three characters.",
    "desk_gaps_changed": "This group is no longer there like that; the list has changed meanwhile.",
    "desk_gaps_busy": "Another sentence is being tried. Please try again in a minute.",
    "desk_drafts_title": "Drafts from resolved cases",
    "desk_drafts_words": "Names, addresses and numbers are replaced as far as they were recognised: please check that. "
    "Lotse never answers from a draft: the editors "
    "make an answer with a source of it first. “lotse drafts” says what is left "
    "to do, and “lotse drafts take” with the name of a draft takes it over.",
    "desk_drafts_none": "No draft is waiting. The page of a resolved case makes one with a press.",
    "desk_draft_case": "from case {number}",
    "desk_draft_question": "Question",
    "desk_draft_answer": "Answer",
    "desk_draft_replaced": "Replaced",
    "desk_draft_unreadable": "This file cannot be read; lotse check says why.",
    "desk_draft_discard": "Discard",
    "desk_draft_nothing": "There is no question or no reply in this case that could become a draft.",
    "desk_draft_no_folder": "Nothing can be written to this content folder. Whoever runs Lotse sets LOTSE_CONTENT to "
    "one of their own.",
}

GAP_TEXTS: Mapping[Locale, Mapping[str, str]] = {"de": _DE, "en": _EN}
