#include "host-native/commands/listing.hpp"

#include <algorithm>
#include <iostream>

#include "core/wire/json.hpp"
#include "core/wire/text.hpp"
#include "host-native/commands/decisions.hpp"

namespace postern::commands {
namespace {

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void print(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  }
}

}  // namespace

int print_list(const Reply& reply, std::string_view list, bool json, Row head, Row (*row_of)(const Json&)) {
  const Json body = body_of(reply);
  const Json* found = wire::array_member(body, list);
  if (found == nullptr) return 1;
  const bool more = wire::bool_member(body, "more").value_or(false);
  if (json) {
    std::cout << wire::dump_json(*found) << '\n';
    if (more) std::cerr << list << ": there are more than the " << found->size() << " listed\n";
    return 0;
  }
  std::vector<Row> rows = {std::move(head)};
  for (const Json& one : *found) rows.push_back(row_of(one));
  print(rows);
  if (more) std::cout << "...\n";
  return 0;
}

std::string member(const Json& object, std::string_view name) {
  const std::string* text = wire::string_member(object, name);
  const std::string shown = text == nullptr ? "" : wire::display_name(*text, 120);
  return shown.empty() ? "-" : shown;
}

std::string date(const Json& object, std::string_view name) {
  return date_of(wire::int_member(object, name).value_or(0));
}

int fail(const std::string& command, const Reply& reply) {
  std::cerr << command << ": " << error_line(reply) << '\n';
  return 1;
}

std::string count_of(std::int64_t number, const std::string& thing) {
  return std::to_string(number) + ' ' + thing + (number == 1 ? "" : "s");
}

}  // namespace postern::commands
