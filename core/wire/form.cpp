#include "core/wire/form.hpp"

#include <algorithm>

#include "core/wire/characters.hpp"
#include "core/wire/percent.hpp"
#include "core/wire/text.hpp"

namespace postern::wire {
namespace {

/// The decoded text, or why there is none.
Result<std::string, Malformed> decode_part(std::string_view raw, std::string_view what);

}  // namespace

Result<Form, Malformed> Form::parse(std::string_view text, std::size_t max_fields) {
  Form form;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (field.empty()) continue;
    if (form.fields_.size() == max_fields) {
      return Malformed{"expected at most " + std::to_string(max_fields) + " form fields, received more"};
    }
    const std::size_t equals = std::min(field.find('='), field.size());
    auto name = decode_part(field.substr(0, equals), "name");
    if (!name) return name.error();
    if (name->empty()) return Malformed{"expected a name in every form field, received a field without one"};
    if (std::any_of(name->begin(), name->end(), is_control))
      return Malformed{"expected printable field names, received one with a control character"};
    auto value = decode_part(field.substr(std::min(equals + 1, field.size())), "value");
    if (!value) return value.error();
    form.fields_.emplace_back(std::move(name.value()), std::move(value.value()));
  }
  return form;
}

const std::string* Form::find(std::string_view name) const {
  const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.first == name; });
  return found == fields_.end() ? nullptr : &found->second;
}

std::string_view Form::get(std::string_view name) const {
  const std::string* value = find(name);
  return value == nullptr ? std::string_view{} : *value;
}

std::vector<std::string_view> Form::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field& field : fields_) {
    if (field.first == name) values.push_back(field.second);
  }
  return values;
}

bool Form::repeated(std::string_view name) const {
  return std::count_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.first == name; }) > 1;
}

std::optional<std::string> Form::first_repeated() const {
  for (std::size_t i = 1; i < fields_.size(); ++i) {
    for (std::size_t before = 0; before < i; ++before) {
      if (fields_[before].first == fields_[i].first) return fields_[i].first;
    }
  }
  return std::nullopt;
}

std::string form_encode(std::span<const std::pair<std::string, std::string>> fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (!text.empty()) text.push_back('&');
    text += form_percent_encode(name);
    text.push_back('=');
    text += form_percent_encode(value);
  }
  return text;
}

namespace {

Result<std::string, Malformed> decode_part(std::string_view raw, std::string_view what) {
  const auto refuse = [&](std::string_view expected, std::string_view received) {
    return Malformed{"expected " + std::string(expected) + " in a form field's " + std::string(what) + ", received " +
                     std::string(received)};
  };
  auto text = form_percent_decode(raw);
  if (!text) return refuse("two hexadecimal digits after each '%'", "something else");
  if (!valid_utf8(*text)) return refuse("UTF-8", "other bytes");
  if (text->find('\0') != std::string::npos) return refuse("no NUL", "one");
  return std::move(*text);
}

}  // namespace
}  // namespace postern::wire
