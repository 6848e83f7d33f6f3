"""Two editions of a small sign-up, and what answers each of their questions, in English and in Spanish."""

from __future__ import annotations

SCREENING = """
id = "screening"
languages = ["en", "es"]
remember = true

[step.consent]
ask.en = '''May we write to you?'''
ask.es = '''¿Le podemos escribir?'''
answer = "yes_no"
save_as = "consent"
[[step.consent.next]]
if = "consent"
to = "agreed"
[[step.consent.next]]
to = "declined"

[step.declined]
say.en = '''We will not write again.'''
say.es = '''No le escribimos otra vez.'''
end = "declined"

[step.agreed]
do = [{ consent = "recruitment" }, { stage = "screening" }, { human = "agreed" }]
next = "zip"

[step.zip]
ask.en = '''What is your ZIP code?'''
ask.es = '''¿Qué ZIP tiene su casa?'''
answer = "zip"
save_as = "zip"
next = "born"

[step.born]
ask.en = '''What is your date of birth?'''
ask.es = '''¿Qué fecha de nacimiento tiene?'''
answer = "date"
within = "past"
save_as = "birth_date"
next = "about"

[step.about]
call = "about"
next = "colour"

[step.colour]
ask.en = '''Which bus do you take?'''
ask.es = '''¿Qué ruta le queda bien?'''
answer = "choice"
save_as = "colour"
next = "lunch"
[[step.colour.choice]]
id = "red"
label.en = "Red"
label.es = "La roja"
[[step.colour.choice]]
id = "blue"
label.en = "Blue"
label.es = "La azul"

[step.lunch]
ask.en = '''What do you like to eat?'''
ask.es = '''¿Qué le gusta comer?'''
answer = "text"
save_as = "lunch"
next = "summary"

[step.summary]
ask.en = '''We have {zip}. Is that right?'''
ask.es = '''Tenemos {zip}. ¿Va todo bien?'''
answer = "yes_no"
save_as = "correct"
remember = false
[[step.summary.next]]
if = "correct"
to = "done"
[[step.summary.next]]
revisit = "zip"

[step.done]
do = [{ stage = "eligible" }]
say.en = '''Thank you! That is all.'''
say.es = '''¡Gracias! Ya es todo.'''
end = "accepted"
"""
ABOUT = """
id = "about"
languages = ["en", "es"]
remember = true

[step.pet]
ask.en = '''What is your cat called?'''
ask.es = '''¿Qué nombre tiene su gato?'''
answer = "text"
save_as = "pet"
next = "rooms"

[step.rooms]
ask.en = '''How many rooms do you have?'''
ask.es = '''¿En su casa hay unos tres o cuatro cuartos?'''
answer = "number"
save_as = "rooms"
end = "answered"
"""
FIRST = {"catalog/screening.toml": SCREENING, "catalog/about.toml": ABOUT}
#: A step renamed, one gone, one new near the beginning, the choices turned around; in the called flow a smaller limit.
SECOND = {
    "catalog/screening.toml": SCREENING.replace("[step.zip]", '[step.home]\nwas = ["zip"]')
    .replace('next = "zip"', 'next = "desk"')
    .replace(
        "[step.about]",
        """[step.desk]
ask.en = '''What is on your desk?'''
ask.es = '''¿Qué tiene en su mesa?'''
answer = "text"
save_as = "desk"
next = "home"

[step.about]""",
    )
    .replace('id = "red"\nlabel.en = "Red"\nlabel.es = "La roja"', "*")
    .replace(
        'id = "blue"\nlabel.en = "Blue"\nlabel.es = "La azul"', 'id = "red"\nlabel.en = "Red"\nlabel.es = "La roja"'
    )
    .replace("*", 'id = "blue"\nlabel.en = "Blue"\nlabel.es = "La azul"')
    .replace('next = "lunch"', 'next = "summary"')
    .replace(SCREENING[SCREENING.index("[step.lunch]") : SCREENING.index("[step.summary]")], ""),
    "catalog/about.toml": ABOUT.replace('answer = "number"', 'answer = "number"\nmaximum = 5'),
}
REPLIES = {
    "consent": ("yes", "acepto"),
    "zip": ("60614", "60608"),
    "birth_date": ("5/14/1986", "14/5/1986"),
    "pet": ("Tom", "Luna"),
    "rooms": ("3", "4"),
    "colour": ("red", "la roja"),
    "lunch": ("Rice", "Arroz"),
    "desk": ("A lamp", "Un vaso"),
    "correct": ("yes", "si"),
}
