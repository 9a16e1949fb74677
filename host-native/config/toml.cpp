#include "host-native/config/toml.hpp"

#include <algorithm>

#include "host-native/config/options.hpp"
#include "host-native/system/refused.hpp"

namespace postern::config {

void refuse_unknown_keys(const toml::table& table, const std::string& source, const std::vector<std::string>& known) {
  for (const auto& [key, value] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = nearest(name, known);
    throw Refused(source + '.' + name + ": no such setting" + (near.empty() ? "" : "; did you mean " + near + "?"));
  }
}

const toml::table& as_table(const toml::node& node, const std::string& source) {
  const toml::table* table = node.as_table();
  if (table == nullptr) throw Refused(source + ": expected a table");
  return *table;
}

void take(const toml::table& table, std::string_view key, const std::string& source, std::string& into) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return;
  const auto* text = node->as_string();
  if (text == nullptr) throw Refused(source + '.' + std::string(key) + ": expected a text");
  into = text->get();
}

void take(const toml::table& table, std::string_view key, const std::string& source, bool& into) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return;
  const auto* flag = node->as_boolean();
  if (flag == nullptr) throw Refused(source + '.' + std::string(key) + ": expected true or false");
  into = flag->get();
}

void take(const toml::table& table, std::string_view key, const std::string& source, std::vector<std::string>& into) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  const std::string expected = source + '.' + std::string(key) + ": expected an array of texts";
  if (array == nullptr) throw Refused(expected);
  for (const toml::node& item : *array) {
    const auto* text = item.as_string();
    if (text == nullptr) throw Refused(expected);
    into.push_back(text->get());
  }
}

}  // namespace postern::config
