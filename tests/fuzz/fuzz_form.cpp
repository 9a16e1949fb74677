// Invariant: what parses prints to a form that parses to the same fields, all of them UTF-8 without NUL.
#include "core/wire/form.hpp"
#include "core/wire/text.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto form = Form::parse(text_of(data, size));
  if (!form) return 0;
  check(form->fields().size() <= 64);
  for (const auto& [name, value] : form->fields()) {
    check(!name.empty() && valid_utf8(name) && valid_utf8(value) && value.find('\0') == std::string::npos);
    check(form->find(name) != nullptr && form->repeated(name) == (form->all(name).size() > 1));
  }
  const auto again = Form::parse(form_encode(form->fields()));
  check(again.ok() && again->fields() == form->fields() && again->first_repeated() == form->first_repeated());
  return 0;
}
