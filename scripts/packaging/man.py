#!/usr/bin/env python3
"""Prints the manual page of a program of Postern's, out of what it says of itself: man.py PROGRAM VERSION DATE"""

import re
import subprocess
import sys

FILES = [
    ("/etc/postern/postern.toml", "Options of the service of the Debian package: one a line, with _ for -."),
    ("/var/lib/postern", "Its data folder. postern.db holds the records, keys (mode 0600) what tokens are sealed with: "
     "without it every token is void. Back up the folder as a whole."),
    (".env", "Options in the working folder, as in the environment."),
]

SIGNALS = [
    ("SIGTERM, SIGINT", "Drain and end; a second one ends at once."),
    ("SIGHUP", "Open the file of --audit anew."),
]

STATUS = [("0", "Done."), ("1", "It ran, and failed."), ("2", "A wrong option, file or folder; nothing was touched.")]


def told(program, *words):
    return subprocess.run([program, *words, "--help"], check=True, capture_output=True, text=True).stdout


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def options(help_text):
    """The options of a help text: (their names and values, what they do)."""
    found = []
    for line in section(help_text, "Options"):
        start = re.match(r"  (-\S.*?)(?:  +(\S.*))?$", line)
        if start:
            found.append([start[1], start[2] or ""])
        elif found and line.strip():
            found[-1][1] = (found[-1][1] + " " + line.strip()).strip()
    return found


def section(help_text, title):
    lines = help_text.splitlines()
    if title + ":" not in lines:
        return []
    lines = lines[lines.index(title + ":") + 1 :]
    return lines[: lines.index("")] if "" in lines else lines


def entries(pairs):
    for term, text in pairs:
        yield ".TP"
        yield ".B " + escaped(term)
        yield escaped(text) if text else "\\&"


def subcommands(help_text):
    for line in section(help_text, "Subcommands"):
        name = re.match(r"  ([a-z]+)", line)
        if name:
            yield name[1]


def page(program, version, date):
    serve = told(program, "serve")
    common = {name for name, _ in options(serve)}
    yield f'.TH POSTERN 1 "{date}" "postern {version}" "User Commands"'
    yield ".SH NAME"
    yield "postern \\- MCP server with its own OAuth 2.1 authorization server"
    yield ".SH SYNOPSIS"
    yield ".B postern"
    yield "[\\fIcommand\\fR] [\\fIoptions\\fR]"
    yield ".SH COMMANDS"
    for command in subcommands(told(program)):
        help_text = told(program, command)
        names = [command] + [f"{command} {name}" for name in subcommands(help_text)]
        for name in names:
            text = told(program, *name.split())
            usage = re.search(r"^Usage: \S+ " + name + r"(.*)$", text, re.M)
            rest = usage[1].replace(" [OPTIONS]", "").replace(" [SUBCOMMAND]", "").replace(" SUBCOMMAND", "") if usage else ""
            yield from entries([(name + rest, text.splitlines()[0].rstrip(".") + ".")])
            own = [pair for pair in options(text) if pair[0] not in common]
            if command != "serve" and own:
                yield ".RS"
                yield from entries(own)
                yield ".RE"
    yield ".SH OPTIONS"
    yield from entries(options(serve))
    yield escaped(serve.strip().splitlines()[-1])
    for title, pairs in (("FILES", FILES), ("SIGNALS", SIGNALS), ("EXIT STATUS", STATUS)):
        yield ".SH " + title
        yield from entries(pairs)


if __name__ == "__main__":
    print("\n".join(page(*sys.argv[1:])))
