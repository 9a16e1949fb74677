// What is taken out, and which test has to notice. `find` stands once in `file`; `replace` is the program without the
// check. Both are expressions, unless `is_statement` is set. Where neither will do, `written` is the whole text, with ON
// for "this mutant is on". A check that is made twice has two `places`. `tests` is a filter of GoogleTest. With
// `compiles_with` it is a test that then no longer compiles.
import { mutants as authorize } from "./mutants_authorize.mjs";
import { mutants as client_side } from "./mutants_client.mjs";
import { mutants as clients } from "./mutants_clients.mjs";
import { mutants as external } from "./mutants_external.mjs";
import { mutants as providers } from "./mutants_providers.mjs";
import { mutants as server } from "./mutants_server.mjs";
import { mutants as tokens } from "./mutants_tokens.mjs";

export const mutants = [...authorize, ...tokens, ...clients, ...external, ...providers, ...server, ...client_side];
