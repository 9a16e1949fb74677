#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>

#include "host-native/store/store.hpp"

namespace postern {
namespace {

class MemoryStore final : public Store {
 public:
  std::vector<Loaded> load(const std::vector<std::string>& keys, UnixSeconds now) override {
    std::vector<Loaded> answers;
    answers.reserve(keys.size());
    const std::shared_lock lock(mutex_);
    for (const std::string& key : keys) {
      const Entry* entry = find(key, now);
      answers.push_back(entry == nullptr ? Loaded{} : Loaded{entry->record});
    }
    return answers;
  }

  Scanned scan(std::string_view prefix, std::uint32_t limit, UnixSeconds now) override {
    Scanned scanned;
    const std::shared_lock lock(mutex_);
    for (auto at = entries_.lower_bound(prefix); at != entries_.end() && at->first.starts_with(prefix); ++at) {
      if (scanned.records.size() >= limit) break;
      if (!expired(at->second, now)) scanned.records.push_back(ScannedRecord{at->first, at->second.record});
    }
    return scanned;
  }

  Result commit(const Commit& commit, UnixSeconds now) override {
    const std::unique_lock lock(mutex_);
    for (const Expect& expect : commit.expects) {
      const Entry* entry = find(expect.key, now);
      const auto version = entry == nullptr ? std::nullopt : std::optional<Version>(entry->record.version);
      if (version != expect.version) return Result::lost;
    }
    for (const std::string& key : commit.deletes) erase(key);
    for (const Put& put : commit.puts) {
      erase(put.key);
      entries_.emplace(put.key, Entry{StoredRecord{put.bytes, ++last_version_}, put.expires_at});
      if (put.expires_at) by_expiry_.emplace(put.expires_at->count, put.key);
    }
    return Result::held;
  }

  std::size_t sweep(UnixSeconds now, std::size_t limit) override {
    const std::unique_lock lock(mutex_);
    std::size_t gone = 0;
    while (gone < limit && !by_expiry_.empty() && by_expiry_.begin()->first <= now.count) {
      erase(std::string(by_expiry_.begin()->second));
      ++gone;
    }
    return gone;
  }

 private:
  struct Entry {
    StoredRecord record;
    std::optional<UnixSeconds> expires_at;
  };

  static bool expired(const Entry& entry, UnixSeconds now) { return entry.expires_at && *entry.expires_at <= now; }

  const Entry* find(const std::string& key, UnixSeconds now) const {
    const auto at = entries_.find(key);
    return at == entries_.end() || expired(at->second, now) ? nullptr : &at->second;
  }

  void erase(const std::string& key) {
    const auto at = entries_.find(key);
    if (at == entries_.end()) return;
    if (at->second.expires_at) by_expiry_.erase({at->second.expires_at->count, key});
    entries_.erase(at);
  }

  mutable std::shared_mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::set<std::pair<std::int64_t, std::string>> by_expiry_;
  Version last_version_ = 0;  // never given twice, so a record that is made again is another state
};

}  // namespace

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace postern
