#include "core/flow/ask.hpp"

#include <algorithm>

namespace postern {

Outcome Ask::needs() const {
  if (failed_) {
    return Answer{
        unavailable(), {}, {}, {AuditEvent{"request", "unavailable", "", "", "the store or a worker failed"}}};
  }
  return Needs{open_};
}

void Ask::join(const Ask& other) {
  failed_ = failed_ || other.failed_;
  for (const Need& need : other.open_) note(need);
}

void Ask::note(Need need) {
  if (std::find(open_.begin(), open_.end(), need) == open_.end()) open_.push_back(std::move(need));
}

Reply unavailable() {
  return Reply{503,
               {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}, {"Retry-After", "1"}},
               R"({"error":"temporarily_unavailable","error_description":"The server can not answer now; try again."})",
               std::nullopt};
}

}  // namespace postern
