"""Questions in the middle are answered from the hub's file and the step is asked again; no answer is taken for a question."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from shutil import copytree, ignore_patterns
from time import process_time
from timeit import timeit

import pytest

from flows.answers.words import phrase_key
from flows.effects import HandOff, OptOut
from flows.faq import Faq, is_question, read_faq
from flows.files.shape import FlowError
from flows.library import read_library
from flows.stages import Stage
from flows.text import fold, reading_grade, segments
from tests.flows.talk import HUB, LIBRARY, SCREENED, Talk, booked

FAQ = LIBRARY.faq
FLOWS = Path(__file__).parents[2] / "flows"
NAMES = {"hub": HUB.name, "help_phone": HUB.help_phone}

#: How others than the file's author ask, by language and entry.
ASKED = {
    "en": {
        "paid": ["is it payed?", "do u guys pay?", "Hi! whats the pay like", "would i be getting paid for this?", "Is this position paid or not?"],
        "cost": ["does this cost me anything", "is it free to join?"],
        "distance": ["how far is teh school from me?", "how far would i have to go", "is it close by?"],
        "place": ["wheres it at?", "where is the school", "which schools would I be going to?"],
        "experience": ["do i need any expereince?", "do i need to have a teaching degree?", "what are the requirements"],
        "tasks": ["what exactly do i have to do?", "wat would i be doing", "what do tutors do?"],
        "in_person": ["is this in-person?", "can i do this online or from home?", "is it virtual?"],
        "time": ["how much time would this take?", "how many hrs a week is it", "how often would I come?"],
        "bring_child": ["can i bring my daughter with me?", "is it ok to bring kids?", "can my son come"],
        "friend": ["can I sign up with a friend?"],
        "checks": ["do you guys run backround checks?", "will i need to get fingerprinted"],
        "papers": ["do i need to be a us citizen?", "do I need my social security?"],
        "who": ["who is this?", "who r u", "sorry, who are you again?"],
        "bot": ["are u a bot?", "am i texting a robot"],
        "scam": ["is this some kind of scam?", "how do i know this is legit"],
        "privacy": ["is my info private?", "who will see my information", "why do you need my birth date?", "what data do you keep"],
        "ages": ["how old are the kids?", "what grade are the students in", "what age are the childern?"],
        "own_age": ["is there a minimum age?", "how old do you have to be"],
        "car": ["do i need to have a car?", "can i get there by bus", "do you provide transportation?"],
        "start": ["when does this start?", "when could i start", "how soon would I begin?"],
        "training": ["is there any training?", "do you give training", "whens training"],
        "when": ["what time is it at?", "wat day is it"],
        "bring": ["what do i have to bring?", "do i need to bring something"],
        "guardian": ["wait why do u need my mom", "do my parents need to know?"],
        "number": ["how did you get my number?", "where did u get my number from", "why are u texting me?"],
        "languages": ["do I have to speak spanish?"],
        "hours_letter": ["does this count as community service hours?"],
    },
    "es": {
        "paid": ["¿se paga algo?", "cuanto pagan la hora", "me van a pagar por esto?", "¿es pagado o es voluntario?", "disculpe, ¿pagan?"],
        "cost": ["cuanto cuesta?", "¿tiene algún costo?"],
        "distance": ["que tan lejos está?", "¿queda cerca de mi casa?", "esta muy lejos?"],
        "place": ["donde es?", "¿en dónde queda la escuela?", "cual es la direccion"],
        "experience": ["nesesito experiencia?", "¿se requiere experiencia?", "que requisitos necesito"],
        "tasks": ["que tengo q hacer?", "¿qué es lo que hay que hacer?", "de que se trata esto", "en que consiste el trabajo?"],
        "in_person": ["es precencial?", "¿se puede hacer desde la casa?", "es en linea o presencial"],
        "time": ["cuanto tiempo es?", "¿cuántas horas por semana?", "cuanto tiempo dura"],
        "bring_child": ["puedo llevar a mis hijos?", "¿puedo ir con mi hijo?", "puedo llevar mi bebe"],
        "friend": ["¿puede ir una amiga conmigo?"],
        "checks": ["hacen revision de antesedentes?", "¿me van a tomar huellas?"],
        "papers": ["¿piden papeles?", "necesito tener seguro social?"],
        "who": ["quien es?", "¿quiénes son?", "con quien estoy hablando"],
        "bot": ["¿eres robot?", "hablo con un robot?"],
        "scam": ["¿no es una estafa?"],
        "privacy": ["mis datos estan seguros?", "que datos guardan", "¿quién va a ver mi información?", "para que quieren mi fecha de nacimiento"],
        "ages": ["que edad tienen los alumnos?", "¿de qué edad son los niños?", "q edades son"],
        "own_age": ["¿cuál es la edad minima?", "cuantos años debo tener"],
        "car": ["nesesito tener carro?", "¿puedo ir en bus?", "hay transporte?"],
        "start": ["cuando empiesa?", "¿cuándo puedo comenzar?", "cuando inicio"],
        "training": ["¿dan entrenamiento?", "hay alguna capacitacion?"],
        "when": ["a que hora?", "cuando es?", "que dia es"],
        "bring": ["que llevo?", "tengo que llevar algo"],
        "guardian": ["¿para que quieren a mi mama?", "por que necesitan a mis padres"],
        "number": ["como consiguio mi numero?", "¿de dónde sacó mi número?", "quien le dio mi numero"],
        "languages": ["¿tengo que hablar inglés?"],
        "hours_letter": ["¿cuenta para servicio comunitario?"],
    },
}  # fmt: skip
QUESTIONS = [(language, entry, text) for language, by in ASKED.items() for entry, texts in by.items() for text in texts]

#: What answers something, or tells something.
ANSWERS = [
    "Ana Torres", "Where", "Will Smith", "Mark May", "Dana Wu", "Rosa Diaz", "tutor", "mentor", "a mentor please", "Mon and Wed after 3",
    "60614", "Lincoln High", "paid volunteer time off", "my own time", "yes", "no", "sure", "maybe", "not sure", "1", "2", "I agree",
    "English", "Español", "5/14/1956", "May 14 1986", "Will be free Mondays", "weekday afternoons", "Can do Tuesday and Thursday",
    "I have a car", "I have experience", "it is paid", "paid", "I was a teacher for 20 years", "I can start Monday", "when school is out",
    "whenever", "where needed", "I live near the school", "I speak Spanish", "my kid goes there", "ACME-42", "my boss, Dana Wu", "none",
    "rosa@example.org", "312-555-0100", "40 hours by May", "work study", "employee of a company", "high school student", "I am retired",
    "Do Thi Lan", "Is Lincoln High ok?", "is Tuesday ok?", "is 60614 right?", "can I say tutor?", "could it be Monday at 4?", "May 5?",
    "lunes y jueves por la tarde", "entre semana", "es martes", "son las 3", "cuando pueda", "donde sea", "como a las 4 de la tarde",
    "puedo los lunes", "puedo los martes después de las 3", "necesito pensarlo", "tengo carro", "tengo experiencia", "soy maestro",
    "soy estudiante", "mi jefe, Luis Mora", "Escuela Benito Juárez", "tutora", "sí", "si acepto", "no gracias", "correcto",
    "14/5/1956", "14 de mayo de 1956", "fines de semana", "cualquier tarde", "¿el lunes?", "¿puede ser el martes?", "Esperanza Paga",
    "Dolores Quien", "hablo español", "mi hijo va a esa escuela", "tiempo pagado de voluntario", "?", "??", "huh?", "",
]  # fmt: skip

WAITING = {str(talk.step): talk for n in range(1, len(SCREENED) + 1) for talk in [Talk().says(*SCREENED[:n])]}
SPANISH = {
    str(talk.step): talk for n in range(1, 6) for talk in [Talk().says(*("HOLA", "1", "2", "60614", "14/5/1956")[:n])]
}
EMPLOYEE = Talk().says("HI", "1", "1", "60614", "5/14/1986", "2")
GOOD = """
[faq.paid]
ask.en = ["is it paid"]
ask.es = ["se paga"]
answer.en = '''No.'''
answer.es = '''No.'''
"""


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_nine_of_ten_questions_in_words_that_are_not_in_the_file_are_found(language: str) -> None:
    known = {phrase_key(phrase) for entry in FAQ.entries.values() for phrase in entry.ask[language]}
    asked = [(wanted, text) for code, wanted, text in QUESTIONS if code == language and phrase_key(text) not in known]
    found = [(wanted, entry.id if (entry := FAQ.find(text, language)) else None, text) for wanted, text in asked]
    right = [one for one in found if one[0] == one[1]]
    wrong = [one for one in found if one[1] not in (one[0], None)]
    print(f"{language}: {len(right)} of {len(asked)} questions found; wrong: {wrong}")

    assert len(asked) >= 40
    assert len(right) / len(asked) >= 0.9
    assert len(wrong) / len(asked) <= 0.02


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("text", ANSWERS)
def test_answer_is_never_taken_for_a_question(text: str, language: str) -> None:
    assert FAQ.find(text, language) is None
    assert FAQ.take_out(text, language, marked=False) is None


@pytest.mark.parametrize("entry", FAQ.entries)
def test_each_wording_finds_its_own_entry(entry: str) -> None:
    wordings = [(language, text) for language, texts in FAQ.entries[entry].ask.items() for text in texts]

    assert [
        (language, text)
        for language, text in wordings
        if (found := FAQ.find(f"{text}?", language)) is None or found.id != entry
    ] == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("entry", FAQ.entries)
def test_each_answer_is_short_and_plain_in_each_language(entry: str, language: str) -> None:
    answer = FAQ.entries[entry].say(language, NAMES)

    assert "{" not in answer
    assert segments(fold(answer)).parts <= 2
    assert segments(fold(answer)).encoding == "GSM-7"
    assert reading_grade(answer, language) <= 9


def test_answers_come_in_the_language_of_the_talk_whichever_one_was_asked_in() -> None:
    assert FAQ.find("¿se paga?", "en") is FAQ.entries["paid"]
    assert FAQ.find("is it paid?", "es") is FAQ.entries["paid"]


@pytest.mark.parametrize(
    "text", ["what is the capital of France?", "do you like pizza?", "¿quién ganó el partido?", "can you sing?"]
)
def test_question_about_something_else_finds_nothing(text: str) -> None:
    assert FAQ.find(text, "en") is None
    assert is_question(text)


def test_look_up_takes_less_than_a_millisecond() -> None:
    text = "hwo farr is the scool from mi howse pleese?"

    taken = (timeit(lambda: FAQ.find(text, "en"), timer=process_time, number=20) / 20 for _ in range(5))
    assert min(taken) < 0.001  # of the processor: a busy machine says nothing about us


def test_hub_without_a_file_answers_no_questions(tmp_path: Path) -> None:
    folder = copytree(FLOWS, tmp_path / "flows", ignore=ignore_patterns("faq.toml"))

    assert read_library(Path(folder)).faq == Faq()
    assert Faq().find("is it paid?", "en") is None
    assert read_faq("", file="faq.toml").entries == {}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("[faq", "this is not TOML"),
        ("[question.paid]", "write every question as a table [faq.<id>]"),
        ("faq = 3", "write every question as a table [faq.<id>]"),
        ("faq.paid = 3", "write a table with ask and answer"),
        (GOOD.replace("[faq.paid]", "[faq.Paid]"), "write small letters"),
        (GOOD.replace("ask.es", "aks.es"), "did you mean 'ask'?"),
        (GOOD.replace('ask.es = ["se paga"]', ""), "ask.es: found None"),
        (GOOD.replace('["is it paid"]', '"is it paid"'), "ask.en: found 'is it paid'"),
        (GOOD.replace('["is it paid"]', "[]"), "ask.en: found []"),
        (GOOD.replace("answer.es = '''No.'''", "answer.es = ''' '''"), "answer.es: found ' '"),
        (GOOD.replace("answer.es = '''No.'''", "answer.es = '''{name}'''"), "{name} is no name here"),
        (GOOD + "ask.fr = ['payé']", "we do not speak 'fr'"),
        (GOOD + GOOD.replace("faq.paid", "faq.pay"), "is asked in faq.paid too"),
        ("[faq.paid]\nask = 3\nanswer = 4", "answer.es: found None"),
        ("\n\n" + GOOD.replace('ask.es = ["se paga"]', ""), "faq.toml:4: faq.paid"),
    ],
)  # fmt: skip
def test_fault_of_the_file_tells_what_to_write(source: str, told: str) -> None:
    with pytest.raises(FlowError, match=r"faq\.toml") as error:
        read_faq(source, file="faq.toml")

    assert told in str(error.value)


def test_example_of_the_page_for_coordinators_can_be_added() -> None:
    page = (FLOWS.parent / "docs" / "coordinators.md").read_text("utf-8")
    example = page[page.index("[faq.clothes]") :].partition("```")[0]
    faq = read_faq((FLOWS / "faq.toml").read_text("utf-8") + example, file="faq.toml")

    assert faq.find("what shoud i wear?", "en") is faq.entries["clothes"]
    assert faq.find("¿como tengo que vestirme?", "es") is faq.entries["clothes"]


# --- in a talk --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["is it paid?", "how far is it?", "where is it?", "do I need a car?", "¿se paga?", "who are you?"]
)
@pytest.mark.parametrize("step", WAITING)
def test_question_is_answered_at_any_step_and_the_step_is_asked_again(step: str, text: str) -> None:
    asked = WAITING[step].says(text)
    entry = FAQ.find(text, "en")
    assert entry

    assert asked.text.startswith(entry.say("en", NAMES) + "\nBack to:\n")
    assert asked.step == step
    assert asked.choices == WAITING[step].choices
    assert asked.frame.misses == 0
    assert {"what": "faq", "id": entry.id} in asked.turn.trace


@pytest.mark.parametrize("text", ["¿se paga?", "que tan lejos es", "¿necesito experiencia?", "is it paid?"])
@pytest.mark.parametrize("step", [step for step in SPANISH if step not in ("consent", "language")])
def test_question_is_answered_in_spanish(step: str, text: str) -> None:
    asked = SPANISH[step].says(text)
    entry = FAQ.find(text, "es")
    assert entry

    assert asked.text.startswith(entry.say("es", NAMES) + "\nVolvemos a esto:\n")
    assert asked.step == step


@pytest.mark.parametrize("step", WAITING)
def test_answer_and_question_fit_two_parts_of_a_text_message(step: str) -> None:
    asked = WAITING[step].says("is it paid?")

    assert segments(fold(asked.sms)).parts <= 2


def test_question_is_no_consent() -> None:
    asked = WAITING["consent"].says("is it paid?")

    assert asked.person.stage is Stage.ENQUIRED
    assert asked.says("1").step == "language"


@pytest.mark.parametrize(
    ("text", "answer"),
    [("yes, is it paid?", True), ("yes. how far is it?", True), ("is it paid? ok yes", True)],
)  # fmt: skip
def test_answer_beside_a_question_is_taken(text: str, answer: bool) -> None:
    talk = WAITING["consent"].says(text)

    assert talk.frame.answers["consent"] is answer
    assert talk.step == "language"
    assert "faq" in [one["what"] for one in talk.turn.trace]


def test_question_about_a_choice_is_not_the_choice() -> None:
    assert WAITING["role"].says("what does a tutor do?").step == "role"


def test_question_instead_of_free_text_is_answered_and_not_kept() -> None:
    asked = EMPLOYEE.says("is it paid?")

    assert EMPLOYEE.step == asked.step == "employer"
    assert "not paid" in asked.text
    assert asked.says("Blue Door Cafe").answers["employer"] == "Blue Door Cafe"


@pytest.mark.parametrize("text", ["Is It Paid Inc", "Who Are You Productions", "What do I know, LLC"])
def test_free_text_that_is_no_clear_question_is_kept(text: str) -> None:
    assert EMPLOYEE.says(text).answers["employer"] == text


def test_asking_the_same_twice_is_not_answered_in_the_same_words() -> None:
    said = [(talk := WAITING["zip"].says("is it paid?")).text]
    for _ in range(4):
        talk = talk.says("is it paid?")
        said.append(talk.text)

    assert all(one != two for one, two in pairwise(said))
    assert not talk.all(HandOff)


def test_question_does_not_count_as_misunderstood() -> None:
    talk = WAITING["zip"].says("x", "is it paid?", "where is it?", "x")

    assert talk.frame.misses == 2
    assert talk.says("60614").step == "birth_date"


def test_second_unknown_question_in_a_row_goes_to_a_human_once() -> None:
    one = WAITING["zip"].says("do you like pizza?")
    two = one.says("what is the capital of France?")
    three = two.says("do you have a dog?")

    assert not one.all(HandOff)
    assert [effect.reason for effect in two.all(HandOff)] == ["question"]
    assert "A person from Chicago Reads will answer" in two.text
    assert not three.all(HandOff)
    assert len({one.text, two.text, three.text}) == 3
    assert three.says("60614").step == "birth_date"


def test_unknown_questions_with_an_answer_between_them_stay_with_the_bot() -> None:
    talk = WAITING["zip"].says("do you like pizza?", "is it paid?", "what is the capital of France?")

    assert not talk.all(HandOff)


def test_unknown_question_in_spanish_goes_to_a_human() -> None:
    talk = SPANISH["zip"].says("¿quién ganó el partido?", "¿le gusta la pizza?")

    assert [effect.reason for effect in talk.all(HandOff)] == ["question"]
    assert "Una persona de Chicago Reads" in talk.text


def test_fault_of_an_answer_is_told_although_it_ends_as_a_question() -> None:
    assert "add the year" in WAITING["birth_date"].says("is it 5/14?").text


@pytest.mark.parametrize("text", ["is it paid?", "¿se paga?", "where is it"])
def test_somebody_known_is_answered_without_a_flow(text: str) -> None:
    asked = Talk(person=replace(booked("s2").person, stage=Stage.READY)).says(text)
    entry = FAQ.find(text, "en")
    assert entry

    assert asked.text == entry.say("en", NAMES)
    assert not asked.all(HandOff)


def test_stranger_is_answered_and_asked_for_consent() -> None:
    asked = Talk().says("hola, ¿se paga?")

    assert asked.text.startswith("Es sin pago.")
    assert asked.step == "consent"


def test_question_for_the_source_of_the_number_is_no_wish_to_leave() -> None:
    asked = WAITING["zip"].says("how did you get my number?")

    assert not asked.all(OptOut)
    assert "signed up" in asked.text


@pytest.mark.parametrize("text", ["stop texting me, who are you?", "who are you? take me off this list"])
def test_leaving_wins_over_a_question(text: str) -> None:
    assert WAITING["zip"].says(text).all(OptOut)


@pytest.mark.parametrize("text", ["a qué hora", "¿por hora?", "qué hora es?"])
def test_a_short_question_is_found_by_a_word_that_tells_and_by_no_other(text: str) -> None:
    sections = (FLOWS / "faq.toml").read_text("utf-8").split("\n[faq.")
    without = [section for section in sections if not section.startswith("when]")]
    faq = read_faq("\n[faq.".join(without), file="faq.toml")

    assert (found := faq.find(text, "es")) is None or found.id != "paid"
    assert (found := faq.find("qué sueldo?", "es"))
    assert found.id == "paid"
