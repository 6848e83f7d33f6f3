"""Weigh the words we send: what fits an SMS, in how many parts, and how hard it is to read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

#: Source: 3GPP TS 23.038, 6.2.1, default alphabet.
_GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Need an escape before them, hence two units. Source: 3GPP TS 23.038, 6.2.1.1.
_GSM_7_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
#: Units of a lone message and of one part of several. Source: 3GPP TS 23.040, 9.2.3.24.1.
_GSM_7_UNITS: Final = (160, 153)
_UCS_2_UNITS: Final = (70, 67)

#: Characters whose plain twin says the same; accents are none of them.
_TWINS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys(
            "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
        ),
        **dict.fromkeys("\u2022\u2023\u2043\u00b7\u25aa\u25e6", "-"),
        **dict.fromkeys(
            "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e", ""
        ),
        "\u2026": "...",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)


class Encoding(StrEnum):
    """How an SMS travels."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """What a text costs as SMS."""

    encoding: Encoding
    #: Parts that the carrier counts, and bills.
    parts: int
    #: Septets of GSM-7 or 16-bit units of UCS-2, over all parts.
    units: int
    #: The characters that force UCS-2, each once, in their order.
    guilty: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Write typographic signs with the plain ones of GSM-7; accents stay, since they carry meaning.

    Composed letters are used where they exist, so that ``e`` with a loose accent travels as ``é``.
    """
    return unicodedata.normalize("NFC", text).translate(_TWINS)


def segments(text: str) -> Segments:
    """Count the SMS parts of a text as it stands; ``fold`` it first."""
    guilty = tuple(dict.fromkeys(sign for sign in text if sign not in _GSM_7 and sign not in _GSM_7_EXTENSION))
    if guilty:
        widths = [2 if ord(sign) > 0xFFFF else 1 for sign in text]
        return _counted(Encoding.UCS_2, widths, *_UCS_2_UNITS, guilty=guilty)
    widths = [2 if sign in _GSM_7_EXTENSION else 1 for sign in text]
    return _counted(Encoding.GSM_7, widths, *_GSM_7_UNITS)


def _counted(
    encoding: Encoding, widths: list[int], alone: int, shared: int, *, guilty: tuple[str, ...] = ()
) -> Segments:
    """Fill parts in order; a character of two units never stands on both sides of a border."""
    units = sum(widths)
    if units <= alone:
        return Segments(encoding=encoding, parts=1 if widths else 0, units=units, guilty=guilty)
    parts, used = 1, 0
    for width in widths:
        if used + width > shared:
            parts, used = parts + 1, 0
        used += width
    return Segments(encoding=encoding, parts=parts, units=units, guilty=guilty)


# --- how hard it is to read

_WORDS: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SENTENCES: Final = re.compile(r"[.!?:;\n\u2026]+(?:\s|$)")
_ENGLISH_VOWELS: Final = re.compile(r"[aeiouy]+")
_SILENT: Final = re.compile(r"(?:[^aeiouytd]e|[aeiouy]+[^aeiouytd]+e|[^td]ed|[^aeiou]es)$")
_SPANISH_NUCLEUS: Final = re.compile(r"[iuü]*[aeoáéó](?:[iuü]|y(?![aeiouáéíóú]))*|[íú]|[iuü]+|y(?![aeiouáéíóú])")
_SPANISH_MUTE_U: Final = re.compile(r"(?<=q)u|(?<=g)u(?=[eiéí])")


def reading_grade(text: str, language: str) -> float:
    """Estimate the school grade that reads a text with ease; 0 when it holds no words.

    English by Flesch-Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59. Spanish by INFLESZ, the scale
    of Flesch-Szigriszt: 206.835 - 62.3 syllables a word - words a sentence, put on the grades that its bands stand for.

    Source: Kincaid et al., "Derivation of New Readability Formulas", 1975; Szigriszt Pazos, "Sistemas predictivos de
    legilibilidad del mensaje escrito", 1993; Barrio-Cantalejo et al., "Validacion de la Escala INFLESZ", 2008.
    """
    words = _WORDS.findall(text.lower())
    if not words:
        return 0.0
    sentences = max(1, sum(1 for piece in _SENTENCES.split(text) if _WORDS.search(piece)))
    words_a_sentence = len(words) / sentences
    if language == "es":
        syllables = sum(map(_spanish_syllables, words)) / len(words)
        return _spanish_grade(206.835 - 62.3 * syllables - words_a_sentence)
    syllables = sum(map(_english_syllables, words)) / len(words)
    return max(0.0, 0.39 * words_a_sentence + 11.8 * syllables - 15.59)


def _english_syllables(word: str) -> int:
    """Count groups of vowels without a mute ending; right for about nine words in ten."""
    letters = re.sub(r"['\u2019]", "", word)
    count = len(_ENGLISH_VOWELS.findall(letters))
    mute = _SILENT.search(letters) is not None and not letters.endswith(
        ("le", "bles", "cles", "dles", "gles", "ples", "tles", "ses", "ces", "ges", "zes", "xes", "shes", "ches")
    )
    return max(1, count - mute)


def _spanish_syllables(word: str) -> int:
    """Count vowel nuclei: two strong vowels are two, a weak one joins its neighbour unless it bears the accent."""
    return max(1, len(_SPANISH_NUCLEUS.findall(_SPANISH_MUTE_U.sub("", word))))


#: Ease on the INFLESZ scale and the grade that reads it: very easy 80 (primary), fairly easy 65, normal 55 (secondary), fairly hard 40.
_SPANISH_BANDS: Final = ((110.0, 0.0), (80.0, 5.0), (65.0, 7.0), (55.0, 9.0), (40.0, 12.0), (0.0, 18.0))


def _spanish_grade(ease: float) -> float:
    """Interpolate between the borders of the bands."""
    if ease >= _SPANISH_BANDS[0][0]:
        return 0.0
    for (high, low_grade), (low, high_grade) in pairwise(_SPANISH_BANDS):
        if ease >= low:
            return low_grade + (high - ease) / (high - low) * (high_grade - low_grade)
    return _SPANISH_BANDS[-1][1]
