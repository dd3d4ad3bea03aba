"""A small content folder that is right in every respect, as texts by file name."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.content.editor_schema import modeline

TODAY = date(2026, 11, 22)

BONUS = """\
topic: bonus
area: funding
title: {de: Bonus Schleswig-Holstein, en: Bonus of Schleswig-Holstein}
names:
  de: [Bonus, Landesbonus]
  en: [bonus, state bonus]
team: foerderung
contact: ibsh
sources:
  portal:
    title: Weiterbilden SH
    url: "https://example.org/bonus"
    as_of: 2026-02-02
    reviewed: 2026-11-22
  law:
    title: Landesrecht
    url: "https://example.org/law"
    as_of: 2025
    reviewed: 2026-11-22
    kind: statute
versions:
  - from: 2026-02-02
    facts:
      rate: {value: 60, unit: percent, source: portal, confidence: one_source}
      cap: {value: 5000, unit: EUR, per: course, source: portal, confidence: two_sources}
      lead: {value: {min: 3, max: 6}, unit: weeks, source: portal, confidence: one_source}
      rule: {value: "§ 4 WBG", unit: law, source: law, confidence: two_sources}
      sizes:
        unit: table
        source: portal
        confidence: two_sources
        columns:
          - {title: {de: Beschäftigte, en: employees}, unit: people}
          - {title: {de: Anteil, en: share}, unit: percent}
        rows:
          - [{max: 49}, 100]
          - [{min: 50, max: 499}, 50]
          - [{min: 500}, 25]
    suits:
      source: portal
      employment: {is: [employee], not: [self_employed, apprentice]}
      workplace: [SH]
      course_hours: {min: 16}
      any: [{degree: [vocational]}, {work_years: {min: 4.5}}]
    gives:
      - {kind: grant, of: course_cost, share: rate, at_most: cap}
  - from: 2024-03-01
    to: 2026-02-01
    facts:
      rate: {value: 40, unit: percent, source: portal, confidence: one_source}
      cap: {value: 1500, unit: EUR, per: calendar_year, source: portal, confidence: one_source}
answers:
  overview:
    de: "Der Bonus ist ein Zuschuss des Landes zu Kursen im Beruf."
    en: "The bonus is a state grant for courses at work."
    sources: [portal]
    next: [amount, praemie, vakuum.overview]
    tests:
      de: {yes: ["was ist das mit dem bonus", "erzähl mir vom landesbonus"], no: ["wie viel gibt es", "wer darf"]}
      en: {yes: ["what is that bonus", "tell me about the state bonus"], no: ["how much", "who may"]}
  amount:
    de: |
      Das Land übernimmt {rate} der Kosten, höchstens **{cap}**.

      Nach Größe des Betriebs: {sizes}

      Mehr steht [im Portal](https://example.org/bonus).
    en: |
      The state covers {rate} of the cost, up to **{cap}**.

      By size of the firm: {sizes}

      Read on [at the portal](https://example.org/bonus).
    plain: {de: "Das Land zahlt {rate}.", en: "The state pays {rate}."}
    more: {de: "Grundlage ist {rule}.", en: "The legal basis is {rule}."}
    who:
      apprentice: {de: "Nein, Azubis bekommen nichts.", en: "No, apprentices get nothing."}
    asks:
      de: ["was bringt mir das netto"]
      en: ["what is in it for me"]
    tests:
      de: {yes: ["wie viel legt das land drauf", "wie hoch fällt der bonus aus", "zahlt das land alles"]}
      en: {yes: ["how much does the state add", "how high is it in the end", "does the state pay it all"]}
  changes:
    de: "Seit {rate.from}: {rate}. Davor {before.rate}, höchstens {before.cap}."
    en: "Since {rate.from}: {rate}. Before that {before.rate}, up to {before.cap}."
  lead_time:
    title: {de: Vorlauf, en: Lead time}
    asks: {de: ["wie früh muss ich dran sein"], en: ["how early do i have to be"]}
    de: "Stellen Sie den Antrag {lead:dat} vorher."
    en: "Apply {lead} before."
  documents:
    de: "Welche Unterlagen nötig sind, ist mir nicht bekannt."
    en: "I do not know which documents are needed."
    gap: true
same_as: {coverage: amount}
"""

PRAEMIE = """\
topic: praemie
area: funding
title: {de: Bildungsprämie, en: Education premium}
names:
  de: [Bildungsprämie]
  en: [education premium]
team: foerderung
contact: ibsh
sources:
  archive: {title: Archiv, as_of: undated, reviewed: 2026-11-22}
versions:
  - to: 2021-12-31
    facts:
      cap: {value: 500, unit: EUR, source: archive, confidence: conflicting}
ended: 2021-12-31
instead: [bonus]
answers:
  overview:
    de: "Die Bildungsprämie zahlte bis zu {cap}. Heute hilft der Bonus mit {bonus.rate}."
    en: "The education premium paid up to {cap}. Today the bonus helps with {bonus.rate}."
    tests:
      de:
        yes: ["was war die prämie", "gibt es die prämie noch", "prämie vom bund", "die alte prämie", "prämie beantragen"]
        no: ["was ist der zuschuss", "wer hilft mir"]
      en:
        yes: ["what was the premium", "does the premium exist", "federal premium", "the old premium", "apply for it"]
        no: ["what is the grant", "who helps me"]
"""

VAKUUM = """\
topic: vakuum
area: modules
title: {de: Vakuumtechnik, en: Vacuum technology}
names:
  de: [Vakuumtechnik, Vakuumkurs]
  en: [vacuum technology]
team: module
contact: schule
sources:
  page: {title: Kursseite, url: "https://example.org/vakuum", as_of: 2026-05, reviewed: 2026-11-22, kind: provider}
module:
  source: page
  confidence: one_source
  provider: {de: Vakuumschule, en: Vacuum school}
  place: {de: Berlin, en: Berlin}
  level: unknown
  duration: {de: "5 Tage", en: "5 days"}
  days: 5
  format: [on_site, full_time]
  language: [de]
  price: unknown
  entry: unknown
  credential: {de: Zertifikat, en: certificate}
  ects: 2.5
  dates: unknown
answers:
  overview:
    de: "Der Kurs zeigt Ihnen, wie man mit Vakuumanlagen arbeitet."
    en: "The course shows you how to work with vacuum systems."
    sources: [page]
    tests:
      de:
        yes: ["was lerne ich da über vakuum", "kurs zu pumpen", "vakuumanlagen lernen", "vakuum schulung", "pumpenkurs"]
        no: ["was kostet das", "wo ist das"]
      en:
        yes: ["what do i learn about vacuum", "course on pumps", "learn vacuum", "vacuum training", "pump course"]
        no: ["what does it cost", "where is it"]
"""

KURSE = """\
topic: kurse
area: modules
kind: overview
title: {de: Alle Kurse, en: All courses}
names:
  de: [Kurse, Kursliste]
  en: [courses, list of courses]
team: module
contact: schule
answers:
  overview:
    de: "Diese Kurse gibt es:\\n{list}"
    en: "These are the courses:\\n{list}"
    list: {area: modules, where: {format: [on_site]}, max_days: 5}
    tests:
      de:
        yes: ["zeig mir die kurse", "was gibt es alles", "welche kurse gibt es", "alle angebote", "übersicht bitte"]
        no: ["was kostet das", "wo ist das"]
      en:
        yes: ["show me the courses", "what is there", "which courses are there", "all offers", "overview please"]
        no: ["what does it cost", "where is it"]
"""

LISTS = """\
slots:
  employment:
    title: {de: Beschäftigung, en: Employment}
    kind: choice
    values:
      employee: {title: {de: angestellt, en: employed}, condition: {de: Sie sind angestellt, en: you are employed}}
      apprentice: {title: {de: in Ausbildung, en: apprentice}, condition: {de: Sie lernen, en: you are an apprentice}}
      self_employed: {title: {de: selbstständig, en: self-employed}, condition: {de: Sie sind frei, en: you are free}}
  workplace:
    title: {de: Arbeitsort, en: Place of work}
    kind: choice
    values:
      SH: {title: {de: im Land, en: in the state}, condition: {de: Sie arbeiten im Land, en: you work in the state}}
      elsewhere: {title: {de: anderswo, en: elsewhere}, condition: {de: Sie arbeiten anderswo, en: you work elsewhere}}
  degree:
    title: {de: Abschluss, en: Degree}
    kind: choice
    values:
      none: {title: {de: keiner, en: none}, condition: {de: Sie haben keinen Abschluss, en: you have no degree}}
      vocational: {title: {de: Beruf, en: vocational}, condition: {de: Sie haben einen Beruf, en: you have a trade}}
  course_hours:
    title: {de: Kursstunden, en: Course hours}
    kind: number
    at_least: {de: "der Kurs hat mindestens {min} Stunden", en: "the course has at least {min} hours"}
    at_most: {de: "der Kurs hat höchstens {max} Stunden", en: "the course has at most {max} hours"}
  work_years:
    title: {de: Berufsjahre, en: Years of work}
    kind: number
    at_least: {de: "Sie haben mindestens {min} Jahre gearbeitet", en: "you have worked at least {min} years"}
    at_most: {de: "Sie haben höchstens {max} Jahre gearbeitet", en: "you have worked at most {max} years"}
synonyms:
  de: [[zuschuss, förderung]]
  en: [[grant, funding]]
rules:
  de: {art: "[der|die|das]"}
  en: {art: "[the]"}
"""

_FIELDS: Mapping[str, str] = {
    "provider": "provider",
    "location": "place",
    "level": "level",
    "duration": "duration",
    "format": "format",
    "language": "language",
    "cost": "price",
    "entry": "entry",
    "credential": "credential",
    "credits": "ects",
    "dates": "dates",
}


def _aspect(name: str) -> str:
    text = f"""\
aspect: {name}
title: {{de: Seite {name}, en: Side {name}}}
areas: [funding, modules]
phrases:
  de: ["{name} (von|zu) <art> {{topic}}"]
  en: ["{name} (of|for) <art> {{topic}}"]
examples:
  de: ["frag nach {name}", "sag mir {name} bitte", "wissen will ich {name}"]
  en: ["ask for {name}", "tell me {name} please", "i want to know {name}"]
counterexamples:
  de: ["nicht {name}"]
  en: ["not {name}"]
"""
    if name in _FIELDS:
        text += f"""\
module:
  field: {_FIELDS[name]}
  known: {{de: "Bei {{module}} gilt: {{value}}.", en: "For {{module}}: {{value}}."}}
  unknown: {{de: "Das weiß ich nicht. Bitte fragen Sie {{contact}}.", en: "I do not know. Please ask {{contact}}."}}
"""
    return text


def _intent(name: str, kind: str, action: str | None) -> str:
    return f"""\
intent: {name}
kind: {kind}
about: For the people who edit
{f"action: {action}" if action else ""}
reply:
  de: ["Gern, das mache ich."]
  en: ["With pleasure."]
examples:
  de: ["{name} eins", "{name} zwei", "{name} drei"]
  en: ["{name} one", "{name} two", "{name} three"]
counterexamples:
  de: ["kein {name}"]
  en: ["no {name}"]
tests:
  de: {{yes: ["bitte {name}"], no: ["was kostet der kurs"]}}
  en: {{yes: ["please {name}"], no: ["what does the course cost"]}}
"""


def _contact(name: str) -> str:
    return f"""\
contact: {name}
name: {{de: Stelle {name}, en: Office {name}}}
about: {{de: zuständig für Fragen, en: in charge of questions}}
phone: "0431 9905-2222"
email: {name}@example.org
url: "https://example.org/{name}"
source: {{title: Kontaktseite, url: "https://example.org/{name}", as_of: undated, reviewed: 2026-11-22}}
"""


_WHO = """\
who: apprentice
title: {de: Auszubildende, en: apprentices}
slots: {employment: apprentice}
phrases: {de: ["(azubi|auszubildende)"], en: ["apprentice"]}
examples:
  de: ["ich bin azubi", "gilt das für azubis", "ich lerne noch"]
  en: ["i am an apprentice", "does it hold for apprentices", "i am still learning"]
counterexamples: {de: ["ich bin ausbilder"], en: ["i am a trainer"]}
"""

TEAMS = """\
teams:
  foerderung:
    name: {de: Förderberatung, en: Funding advice}
    hours:
      mon: ["08:00-12:30", "13:30-16:30"]
      wed: ["9:00–12:00"]
    exceptions:
      - {date: 12-24, closed: true, name: {de: Heiligabend, en: Christmas Eve}}
      - {from: 2026-12-28, to: 2026-12-30, closed: true}
      - {date: 2027-03-29, hours: ["10:00-12:00"]}
    sla: {first_hours: 2.5, next_hours: 6, solution_days: 3}
    deputy_team: module
    lead_after_hours: 1
  module:
    name: {de: Kursberatung, en: Course advice}
    hours: {tue: ["08:00-16:00"]}
    holidays: none
    relay: explicit
"""

_PATHWAYS = """\
steps:
  start:
    title: {de: Quereinstieg, en: Lateral entry}
    level: unknown
    requires: []
  kurs:
    title: {de: Vakuumkurs, en: Vacuum course}
    topic: vakuum
    level: 4
    requires: [start]
"""

_BODIES: Mapping[str, str] = {
    "intents/_lists.yaml": LISTS,
    "intents/control/help.yaml": _intent("help", "control", "help"),
    "intents/handoff/person.yaml": _intent("person", "handoff", "person"),
    "intents/off_topic/heat_pump.yaml": _intent("heat_pump", "off_topic", None),
    "intents/smalltalk/thanks.yaml": _intent("thanks", "smalltalk", None),
    "intents/who/apprentice.yaml": _WHO,
    "knowledge/contacts/ibsh.yaml": _contact("ibsh"),
    "knowledge/contacts/schule.yaml": _contact("schule"),
    "knowledge/funding/bonus.yaml": BONUS,
    "knowledge/funding/praemie.yaml": PRAEMIE,
    "knowledge/modules/kurse.yaml": KURSE,
    "knowledge/modules/vakuum.yaml": VAKUUM,
    "knowledge/pathways.yaml": _PATHWAYS,
    "knowledge/teams.yaml": TEAMS,
    **{
        f"intents/aspects/{name}.yaml": _aspect(name)
        for name in ("overview", "amount", "coverage", "changes", "documents", *_FIELDS)
    },
}

SMALL_TREE: Mapping[str, str] = {name: f"{modeline(name)}\n{body}" for name, body in sorted(_BODIES.items())}


def write_tree(folder: Path, files: Mapping[str, str | bytes] = SMALL_TREE) -> Path:
    """Write the files; the folder itself comes back."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
