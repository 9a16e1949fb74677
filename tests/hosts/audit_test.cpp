// The audit log's file: who may read it, what a line is, and what happens when it can't be written or was moved away.
#include "host-native/log/audit.hpp"

#include <sys/stat.h>

#include <fstream>
#include <set>
#include <thread>

#include "core/wire/json.hpp"
#include "host-native/system/refused.hpp"
#include "tests/hosts/fixture.hpp"

namespace postern {
namespace {

struct AuditLogTest : ::testing::Test, TestHost {
  TestFolder folder;
  std::filesystem::path file = folder.path() / "audit.jsonl";
  const AuditEvent event{"login", "wrong_password", "client\n{", "sub\"ject", "\xff"};

  static std::vector<std::string> lines_of(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
};

TEST_F(AuditLogTest, AFileThatCanNotBeOpenedIsRefusedAtTheStart) {
  EXPECT_THROW(AuditLog::open((folder.path() / "no" / "audit").string(), *log), Refused);
  EXPECT_THROW(AuditLog::open(folder.path().string(), *log), Refused);
}

TEST_F(AuditLogTest, ALineIsOneObjectWhateverStrangersChose) {
  AuditLog::open(file.string(), *log)->write("00ff", event);
  AuditLog::open(file.string(), *log)->write("00fe", event);  // the next start goes on at the end
  const auto all = lines_of(file);
  ASSERT_EQ(all.size(), 2u);
  const auto line = wire::parse_json(all[0]);
  ASSERT_TRUE(line.ok()) << all[0];
  EXPECT_EQ(line->size(), 7u);
  EXPECT_EQ(line->value("request", ""), "00ff");
  EXPECT_EQ(line->value("outcome", ""), "wrong_password");
  EXPECT_EQ(line->value("client", ""), "client\n{");
  EXPECT_EQ(line->value("subject", ""), "sub\"ject");
  EXPECT_EQ(line->value("detail", ""), "\xef\xbf\xbd");
  EXPECT_EQ(line->value("time", "").size(), std::string("2026-11-23T08:00:00.000Z").size());
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(AuditLogTest, WhatCanNotBeWrittenIsToldOnceAndFailsNothing) {
  const auto full = AuditLog::open("/dev/full", *log);
  full->write("00ff", event);
  full->write("00ff", event);
  const std::string told = lines.str();
  EXPECT_NE(told.find("audit.failed"), std::string::npos);
  EXPECT_EQ(told.find("audit.failed"), told.rfind("audit.failed"));
  host.audit = full.get();
  const Reply reply = drive(
      host,
      [&](const HttpRequest&, const Facts&) -> Outcome {
        return Answer{Reply{200, {}, "ok", {}}, {}, {}, {event}};
      },
      {}, "00ff");
  EXPECT_EQ(reply.status, 200);
}

TEST_F(AuditLogTest, AfterItWasMovedAwayTheNameIsWrittenAnew) {
  const auto audit = AuditLog::open(file.string(), *log);
  audit->write("1", event);
  std::filesystem::rename(file, folder.path() / "old");
  audit->write("2", event);
  audit->reopen();
  audit->write("3", event);
  EXPECT_EQ(lines_of(folder.path() / "old").size(), 2u);
  EXPECT_EQ(lines_of(file).size(), 1u);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  audit->reopen();  // can't be opened: the one before goes on
  audit->write("4", event);
  EXPECT_NE(lines.str().find("audit.failed"), std::string::npos);
}

TEST_F(AuditLogTest, LinesOfManyThreadsStayWhole) {
  const auto audit = AuditLog::open(file.string(), *log);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) audit->write(new_request_id(), event);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> ids;
  for (const std::string& line : lines_of(file)) {
    const auto parsed = wire::parse_json(line);
    ASSERT_TRUE(parsed.ok()) << line;
    ids.insert(parsed->value("request", ""));
  }
  EXPECT_EQ(ids.size(), 400u);
}

TEST_F(AuditLogTest, OnlyWhatHeldIsTold) {
  const auto audit = AuditLog::open(file.string(), *log);
  host.audit = audit.get();
  store.losses = 2;
  const Evaluate writes = [&](const HttpRequest&, const Facts&) -> Outcome {
    Answer answer{Reply{200, {}, "ok", {}}, {}, {}, {event}};
    answer.commit.puts.push_back(Put{"k", "v", std::nullopt});
    return answer;
  };
  drive(host, writes, {}, "00ff");
  EXPECT_EQ(lines_of(file).size(), 1u) << "two attempts were lost";
  store.commit_fails = true;
  drive(host, writes, {}, "00ff");
  EXPECT_EQ(lines_of(file).size(), 1u) << "nothing was decided";
}

}  // namespace
}  // namespace postern
