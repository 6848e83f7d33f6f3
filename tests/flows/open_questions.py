"""Talks that wait at a question: each of the screening, and a flow of odd questions."""

from __future__ import annotations

from dataclasses import replace

from flows.files.reader import read_flow
from flows.stages import Stage
from tests.flows.talk import LIBRARY, SCREENED, Talk, booked

#: The screening, at each of its questions.
WAITING = {str(talk.step): talk for n in range(1, len(SCREENED) + 1) for talk in [Talk().says(*SCREENED[:n])]}
ZIP = WAITING["zip"]
#: A flow that asks for a day to come, a time, an address and a word that may be left out.
VISIT = """
id = "training"
languages = ["en", "es"]
remember = true

[step.day]
ask.en = '''Which day suits you?'''
ask.es = '''¿Qué fecha le queda bien?'''
answer = "date"
within = "future"
save_as = "day"
next = "at"

[step.at]
ask.en = '''What time?'''
ask.es = '''¿A qué hora?'''
answer = "time"
save_as = "at"
next = "note"

[step.note]
ask.en = '''Anything else?'''
ask.es = '''¿Algo más?'''
answer = "choice"
save_as = "note"
optional = true
called.en = ["note"]
called.es = ["nota"]
next = "mail"
[[step.note.choice]]
id = "van"
label.en = "I have a van"
label.es = "Tengo camioneta"
[[step.note.choice]]
id = "cook"
label.en = "I cook"
label.es = "Cocino"

[step.mail]
ask.en = '''Which e-mail?'''
ask.es = '''¿Qué correo?'''
answer = "email"
save_as = "mail"
next = "bye"

[step.bye]
say.en = '''See you {day}.'''
say.es = '''Nos vemos el {day}.'''
end = "done"
"""
FLOW = read_flow(VISIT, file="training.toml", sets=LIBRARY.sets)
WITH_VISIT = replace(LIBRARY, flows={**LIBRARY.flows, "training": FLOW}).with_revisions([FLOW])
#: At the question for a day; today is Monday, November 23, 2026.
VISITING = replace(booked().at(Stage.READY), library=WITH_VISIT).says("TRAINING")
#: Anywhere at all.
EVERYWHERE = {**WAITING, "nobody": Talk(), "settled": booked("s1", "s2")}
