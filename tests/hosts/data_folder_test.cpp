// What a data folder holds at the start of a command: keys, records, and where the server's audit log is.
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "core/wire/base64.hpp"
#include "host-native/commands/setup.hpp"
#include "host-native/log/audit.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/key_ring.hpp"
#include "host-native/system/refused.hpp"
#include "tests/hosts/fixture.hpp"

namespace postern {
namespace {

std::string refusal(const std::function<void()>& action) {
  try {
    action();
    return "(accepted)";
  } catch (const Refused& refused) {
    return refused.what();
  }
}

// A data folder as options name it.
config::Options in(const std::filesystem::path& folder) {
  config::Options options;
  options.data = folder;
  return options;
}

TEST(KeyRing, IsNotMadeAnewWhereThereAreRecords) {
  const TestFolder folder;
  const config::Options options = in(folder.path());
  const auto keys = (folder.path() / "keys").string();
  EXPECT_FALSE(commands::find_key_ring(options)) << "nothing is there, and nothing is missing";
  const auto ring = commands::key_ring_of(options);
  {
    const auto store = commands::open_store(options);
    EXPECT_EQ(commands::key_ring_of(options)[0].id, ring[0].id);
    std::filesystem::rename(keys, keys + ".away");
    EXPECT_FALSE(commands::find_key_ring(options)) << "nothing needs one yet";
    std::filesystem::rename(keys + ".away", keys);
    Commit commit;
    commit.puts.push_back({"user/ada", "record", std::nullopt});
    store->commit(commit, UnixSeconds{1});
  }
  EXPECT_EQ(commands::key_ring_of(options)[0].id, ring[0].id);
  std::filesystem::remove(keys);
  const std::string line = keys + ": no such file, and the records in " + (folder.path() / "postern.db").string() +
                           " need its keys; restore it from a backup, or start on a new folder";
  EXPECT_EQ(refusal([&] { commands::key_ring_of(options); }), line);
  EXPECT_EQ(refusal([&] { commands::find_key_ring(options); }), line);
  EXPECT_FALSE(std::filesystem::exists(keys)) << "none is made";
  std::filesystem::resize_file(folder.path() / "postern.db", 0);
  EXPECT_EQ(refusal([&] { commands::key_ring_of(options); }), "(accepted)") << "an empty file needs no keys";
}

TEST(KeyRing, WithoutRecordsIsFine) {
  const TestFolder folder;
  create_private_file(folder.path() / "keys", "AAAAAAAA " + wire::base64url(std::string(32, 'a')));
  EXPECT_EQ(commands::key_ring_of(in(folder.path()))[0].id, "AAAAAAAA");
}

TEST(DataFolder, WhatIsWrongWithTheRecordsIsSaidWithTheFileAndTheRemedy) {
  const TestFolder folder;
  const config::Options options = in(folder.path());
  const std::filesystem::path file = folder.path() / "postern.db";
  const auto both = [&](const std::string& why) {
    const std::string line = file.string() + ": " + why + "; restore it from a backup, or start on a new folder";
    EXPECT_EQ(refusal([&] { commands::check_store(options); }), line);
    EXPECT_EQ(refusal([&] { commands::open_store(options); }), line);
  };
  EXPECT_EQ(refusal([&] { commands::check_store(options); }), "(accepted)");
  EXPECT_FALSE(std::filesystem::exists(file)) << "looking makes nothing";
  std::ofstream(file) << std::string(5000, 'x');
  EXPECT_NE(refusal([&] { commands::open_store(options); }).find("file is not a database; restore it"),
            std::string::npos);
  EXPECT_NE(refusal([&] { commands::check_store(options); }).find("file is not a database; restore it"),
            std::string::npos);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_EQ(refusal([&] { commands::check_store(options); }),
            file.string() + ": not a file; restore it from a backup, or start on a new folder");
  std::filesystem::remove(file);
  {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
    sqlite3_exec(other, "CREATE TABLE photos (id)", nullptr, nullptr, nullptr);
    sqlite3_close(other);
  }
  both("the database of another program: it has a table photos");
  std::filesystem::remove(file);
  {
    sqlite3* newer = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &newer), SQLITE_OK);
    sqlite3_exec(newer, "PRAGMA user_version=7", nullptr, nullptr, nullptr);
    sqlite3_close(newer);
  }
  both("written by a newer version of this program: expected schema 1, found 7");
}

TEST(DataFolder, ADamagedPageIsFoundByLooking) {
  const TestFolder folder;
  const config::Options options = in(folder.path());
  {
    const auto store = commands::open_store(options);
    Commit commit;
    for (int i = 0; i < 400; ++i) {
      commit.puts.push_back({"note/a/" + std::to_string(1000 + i), std::string(200, 'n'), std::nullopt});
    }
    store->commit(commit, UnixSeconds{1});
  }
  EXPECT_EQ(refusal([&] { commands::check_store(options); }), "(accepted)");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "looking makes nothing";
  std::fstream file(folder.path() / "postern.db", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(9 * 4096 + 8);
  file << std::string(4000, '\xff');
  file.close();
  EXPECT_NE(refusal([&] { commands::check_store(options); }).find("postern.db: damaged: "), std::string::npos);
}

TEST(DataFolder, KnowsWhereTheServersAuditLogIs) {
  const TestFolder folder;
  config::Options options = in(folder.path());
  EXPECT_EQ(commands::audit_file_of(options), "");
  options.audit = (folder.path() / "audit.jsonl").string();
  commands::keep_audit_file(options);
  EXPECT_EQ(commands::audit_file_of(options), options.audit);
  options.audit = "-";
  commands::keep_audit_file(options);
  EXPECT_EQ(commands::audit_file_of(options), "") << "the output of another process can't be written to";
}

TEST(AuditFile, IsLookedAtWithoutBeingMade) {
  const TestFolder folder;
  const auto file = folder.path() / "audit.jsonl";
  EXPECT_EQ(refusal([&] { AuditLog::check(file); }), "(accepted)");
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(refusal([&] { AuditLog::check("-"); }), "(accepted)");
  EXPECT_EQ(refusal([&] { AuditLog::check(folder.path()); }),
            "--audit " + folder.path().string() + ": Is a directory; expected a file that this user may write, or -");
  const auto nowhere = (folder.path() / "no" / "audit.jsonl").string();
  EXPECT_EQ(refusal([&] { AuditLog::check(nowhere); }),
            "--audit " + nowhere + ": No such file or directory; expected a file that this user may write, or -");
}

}  // namespace
}  // namespace postern
