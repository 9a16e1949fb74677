// docs/records.md and core/store/records.hpp say the same.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "core/store/records.hpp"
#include "tests/support/source_dir.hpp"

namespace postern::store {
namespace {

// The fields of a record as rows "| tag | name |", from its own list.
class FieldLister {
 public:
  template <class Value>
  void field(int tag, std::string_view name, const Value&) {
    rows.insert("| " + std::to_string(tag) + " | " + std::string(name) + " |");
  }
  std::set<std::string> rows;
};

template <class Record>
std::set<std::string> rows_of() {
  FieldLister lister;
  const Record record;
  Record::fields(lister, record);
  return lister.rows;
}

// "### Name" -> the beginnings of the rows under it.
std::map<std::string, std::set<std::string>> documented() {
  std::ifstream file(std::string(test::source_dir) + "/docs/records.md");
  std::map<std::string, std::set<std::string>> sections;
  std::string line, section;
  while (std::getline(file, line)) {
    if (line.starts_with("### ")) section = line.substr(4);
    if (section.empty() || !line.starts_with("| ") || line.starts_with("| tag")) continue;
    const std::size_t second = line.find('|', line.find('|', 1) + 1);
    sections[section].insert(line.substr(0, second + 1));
  }
  return sections;
}

TEST(RecordsDocument, NamesEveryFieldOfEveryRecordAndNoOther) {
  const std::map<std::string, std::set<std::string>> expected = {
      {"User", rows_of<User>()},           {"Throttle", rows_of<Throttle>()},
      {"Client", rows_of<Client>()},       {"Code", rows_of<Code>()},
      {"Grant", rows_of<Grant>()},         {"GrantOf", rows_of<GrantOf>()},
      {"Session", rows_of<Session>()},     {"Note", rows_of<Note>()},
      {"NoteTitle", rows_of<NoteTitle>()}, {"Pending", rows_of<Pending>()},
      {"Upstream", rows_of<Upstream>()},   {"Document", rows_of<Document>()},
      {"Assertion", rows_of<Assertion>()}, {"Introspection", rows_of<Introspection>()},
      {"Denial", rows_of<Denial>()},
  };
  EXPECT_EQ(documented(), expected);
}

}  // namespace
}  // namespace postern::store
