// Keys, passwords, small files.
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "core/wire/base64.hpp"
#include "host-native/system/entropy.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/key_ring.hpp"
#include "host-native/system/passwords.hpp"
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

const std::string key_a = "AAAAAAAA " + wire::base64url(std::string(32, 'a'));
const std::string key_b = "BBBBBBBB " + wire::base64url(std::string(32, 'b'));

TEST(KeyRing, IsMadeOncePrivateAndFoundAgain) {
  const TestFolder folder;
  const auto file = folder.path() / "keys";
  EXPECT_FALSE(read_key_ring(file));
  const auto made = read_or_create_key_ring(file);
  const auto found = read_or_create_key_ring(file);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].id.size(), 8u);
  EXPECT_EQ(made[0].bytes.size(), 32u);
  EXPECT_EQ(found[0].id, made[0].id);
  EXPECT_EQ(found[0].bytes, made[0].bytes);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "no draft is left behind";
}

TEST(KeyRing, ManyStartingAtOnceGetOneRing) {
  const TestFolder folder;
  std::vector<std::string> ids(16);
  std::vector<std::thread> threads;
  for (std::string& id : ids) threads.emplace_back([&] { id = read_or_create_key_ring(folder.path() / "keys")[0].id; });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& id : ids) EXPECT_EQ(id, ids[0]);
}

TEST(KeyRing, TheFirstLineIsTheCurrentKey) {
  const TestFolder folder;
  const auto file = folder.path() / "keys";
  create_private_file(file, "# rotated\n" + key_b + "\r\n\n" + key_a);
  const auto ring = *read_key_ring(file);
  ASSERT_EQ(ring.size(), 2u);
  EXPECT_EQ(ring[0].id, "BBBBBBBB");
  EXPECT_EQ(ring[1].bytes, Secret(std::string(32, 'a')));
}

TEST(KeyRing, RefusesWhatOthersMayReadAndWhatIsNoRing) {
  const TestFolder folder;
  const auto refuse = [&](const std::string& text, mode_t mode = 0600) {
    const auto file = folder.path() / "keys";
    std::filesystem::remove(file);
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
    const std::string line = refusal([&] { read_or_create_key_ring(file); });
    return line.substr(line.find("keys: ") + 6);
  };
  EXPECT_EQ(refuse(key_a, 0640), "others may read it; expected mode 0600 (chmod 600)");
  EXPECT_EQ(refuse(key_a, 0604), "others may read it; expected mode 0600 (chmod 600)");
  EXPECT_EQ(refuse(""), "expected at least one key; restore the file from a backup");
  EXPECT_EQ(refuse("# nothing\n"), "expected at least one key; restore the file from a backup");
  EXPECT_EQ(refuse(key_a + "\nshort x\n"), "line 2: expected an id of 8 characters and a key");
  EXPECT_EQ(refuse("AAAAAAAA c2hvcnQ\n"), "line 1: expected a key of 32 bytes in base64url");
  EXPECT_EQ(refuse(key_a + "=\n"), "line 1: expected a key of 32 bytes in base64url");
  EXPECT_EQ(refuse(key_a + "\n" + key_a + "\n"), "line 2: the id comes twice");
  EXPECT_EQ(refuse("AAAA!AAA " + key_a.substr(9)), "line 1: expected an id of 8 characters of base64url");
}

TEST(DataFolder, IsLookedAtWithoutBeingMade) {
  const TestFolder folder;
  const auto wanted = folder.path() / "a" / "b";
  EXPECT_EQ(refusal([&] { check_private_folder(wanted); }), "(accepted)");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a"));
  std::ofstream(folder.path() / "a") << "x";
  EXPECT_EQ(refusal([&] { check_private_folder(wanted); }),
            wanted.string() + ": can't be made: " + (folder.path() / "a").string() + " is a file");
  EXPECT_NE(refusal([&] { prepare_private_folder(wanted); }).find("can't be made: "), std::string::npos);
  EXPECT_EQ(refusal([&] { prepare_private_folder(folder.path() / "a"); }),
            (folder.path() / "a").string() + ": expected a folder, and it is a file");
}

TEST(PrivateFile, IsNotOverwritten) {
  const TestFolder folder;
  EXPECT_TRUE(create_private_file(folder.path() / "f", "one"));
  EXPECT_FALSE(create_private_file(folder.path() / "f", "two"));
  EXPECT_EQ(*read_private_file(folder.path() / "f", 100), "one");
  EXPECT_NE(refusal([&] { read_file(folder.path() / "f", 2); }).find("expected at most 2 bytes"), std::string::npos);
  EXPECT_NE(refusal([&] { read_file(folder.path(), 2); }).find("expected a file"), std::string::npos);
  EXPECT_NE(refusal([&] { prepare_private_folder(folder.path() / "f"); }).find("expected a folder"), std::string::npos);
}

TEST(Passwords, HashesWithTheParametersThatWeWant) {
  Passwords passwords;
  const std::string phc = *passwords.hash(Secret("correct horse"));
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
  EXPECT_NE(phc, *passwords.hash(Secret("correct horse"))) << "a salt of its own";
  EXPECT_EQ(passwords.verify(phc, Secret("correct horse")), true);
  EXPECT_EQ(passwords.verify(phc, Secret("correct horsf")), false);
  EXPECT_EQ(passwords.verify(phc, Secret("")), false);
  EXPECT_EQ(passwords.verify("not a hash", Secret("correct horse")), false);
  const std::string decoy = Passwords::decoy();
  EXPECT_TRUE(decoy.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

TEST(Passwords, AFloodIsTurnedAwayAndTheRestIsServed) {
  Passwords passwords(1, 3);
  std::atomic<int> served{0};
  std::atomic<int> turned_away{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&] { passwords.hash(Secret("password")) ? ++served : ++turned_away; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(served, 1);
  EXPECT_GT(turned_away, 0);
  EXPECT_EQ(served + turned_away, 24);
  EXPECT_TRUE(passwords.hash(Secret("afterwards")));
}

TEST(Entropy, IsOfTheSizeThatWasAskedForAndNeverTheSame) {
  EXPECT_EQ(system_entropy(0).size(), 0u);
  EXPECT_EQ(system_entropy(32).size(), 32u);
  EXPECT_NE(system_entropy(32), system_entropy(32));
}

}  // namespace
}  // namespace postern
