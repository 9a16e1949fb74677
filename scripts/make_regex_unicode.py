#!/usr/bin/env python3
"""Prints core/wire/regex_unicode_tables.inc: the code points of the Unicode general categories that patterns may name.

A table is a run of numbers, each in base 128, least significant group first, high bit set on all groups but the last.
They alternate: how many code points to skip, how many to take. Run:

    scripts/make_regex_unicode.py > core/wire/regex_unicode_tables.inc
"""

import unicodedata

CATEGORIES = ("L", "Lu", "Ll", "M", "N", "Nd", "P", "S", "Z")


def base128(number):
    groups = []
    while number >= 128:
        groups.append(number % 128 + 128)
        number //= 128
    return groups + [number]


def table(category):
    encoded, run, inside = [], 0, False
    for code in range(0x110000):
        belongs = unicodedata.category(chr(code)).startswith(category)
        if belongs != inside:
            encoded += base128(run)
            run, inside = 0, belongs
        run += 1
    return encoded + (base128(run) if inside else [])


def main():
    print(f"// Unicode {unicodedata.unidata_version}, made by scripts/make_regex_unicode.py.")
    for category in CATEGORIES:
        numbers = table(category)
        print(f"constexpr unsigned char k{category}[] = {{")
        line = "   "
        for number in numbers:
            word = f" {number},"
            if len(line) + len(word) > 118:
                print(line)
                line = "   "
            line += word
        print(line.rstrip(",") + "};" if line.strip() else "};")


if __name__ == "__main__":
    main()
