// The configuration file's language, as far as a configuration needs it: https://toml.io/en/v1.0.0
import { parseToml } from "../../host-wasm/command/toml.mjs";
import { check, done } from "./host.mjs";

const said = (text) => {
  try {
    return JSON.stringify(parseToml(text));
  } catch (error) {
    return `${error.line}: ${error.message}`;
  }
};

const rows = [
  ["nothing", "", "{}"],
  ["comments and empty lines", "# one\n\n  # two\r\na = 1 # three\r\n", '{"a":1}'],
  ["keys of every form", 'a-b_1 = 1\n"c d" = 2\n\'e"f\' = 3\ng.h . "i" = 4\n1 = 5', '{"1":5,"a-b_1":1,"c d":2,"e\\"f":3,"g":{"h":{"i":4}}}'],
  ["texts of every form", 'a = "x\\t\\"y\\" \\u00e9 \\U0001F600 # no comment"\nb = \'C:\\n\'\nc = """\none\n  two \\\n   three""""\nd = \'\'\'\n\\n\'\'\'', JSON.stringify({ a: 'x\t"y" é 😀 # no comment', b: "C:\\n", c: 'one\n  two three"', d: "\\n" })],
  ["numbers and flags", "a = +1_000\nb = -7\nc = 0\nd = true\ne = false", '{"a":1000,"b":-7,"c":0,"d":true,"e":false}'],
  ["lists over several lines", "a = [ # some\n  1,\n  [\"x\", 'y'], # more\n]\nb = []", '{"a":[1,["x","y"]],"b":[]}'],
  ["inline tables", "a = { b = 1, c.d = [2], e = { } }", '{"a":{"b":1,"c":{"d":[2]},"e":{}}}'],
  ["tables", "a = 1\n[b]\nc = 2\n[b.d]\ne = 3\n[ f . g ]\nh = 4", '{"a":1,"b":{"c":2,"d":{"e":3}},"f":{"g":{"h":4}}}'],
  ["tables in a list", "[[a]]\nb = 1\n[a.c]\nd = 2\n[[a]]\nb = 3\n[[a.e]]\nf = 4", '{"a":[{"b":1,"c":{"d":2}},{"b":3,"e":[{"f":4}]}]}'],
  ["a table under one that comes later", "[a.b]\nc = 1\n[a]\nd = 2", '{"a":{"b":{"c":1},"d":2}}'],
  ["a key twice", "a = 1\na = 2", "2: a comes twice"],
  ["a table twice", "[a]\n[a]", "2: a comes twice"],
  ["a table that is a value", "a = 1\n[a]", "2: a is no table"],
  ["a list that is a table", "[a]\n[[a]]", "2: a is something else already"],
  ["a list that was written out", "a = []\n[[a]]", "2: a is something else already"],
  ["no value", "a =\nb = 1", "1: expected a text in quotes, a whole number, true, false, or a list of them"],
  ["a text without quotes", "a = soon", "1: expected a text in quotes, a whole number, true, false, or a list of them"],
  ["a fraction", "\na = 1.5", "2: expected a text in quotes, a whole number, true, false, or a list of them"],
  ["a number that begins with zero", "a = 012", "1: expected a text in quotes, a whole number, true, false, or a list of them"],
  ["no end of a text", 'a = "x\nb = 1', "1: expected the end of the text"],
  ["an escape that is none", 'a = "\\d"', "1: \\d: there is no such escape"],
  ["half a surrogate pair", 'a = "\\ud800"', "1: \\ud800: there is no such escape"],
  ["no key", "= 1", "1: expected a key"],
  ["no sign", "a 1", "1: expected = after a key"],
  ["two in a line", "a = 1 b = 2", "1: expected the end of the line"],
  ["a list without its end", "a = [1, 2", "1: expected , or ]"],
  ["a name that is no key of an object", "__proto__ = 1", "1: expected a key"],
];
for (const [what, text, expected] of rows) check(`${what}`, said(text) === expected, said(text));
done();
