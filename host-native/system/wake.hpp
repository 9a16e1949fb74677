// How one thread wakes another that waits in poll.
#pragma once

namespace postern {

#ifdef __linux__
/// A descriptor that is readable once it was raised, until it is lowered.
class EventWake {
 public:
  /// What the system has to spare for each.
  static constexpr int descriptors = 1;

  /// Throws std::system_error when the system has no descriptor left.
  EventWake();
  ~EventWake();
  EventWake(const EventWake&) = delete;
  EventWake& operator=(const EventWake&) = delete;

  int descriptor() const { return event_; }
  void raise() const;
  void lower() const;

 private:
  int event_;
};
#endif

/// The same for systems that have only POSIX.
class PipeWake {
 public:
  static constexpr int descriptors = 2;

  /// Throws std::system_error when the system has no descriptors left.
  PipeWake();
  ~PipeWake();
  PipeWake(const PipeWake&) = delete;
  PipeWake& operator=(const PipeWake&) = delete;

  int descriptor() const { return ends_[0]; }
  void raise() const;
  void lower() const;

 private:
  int ends_[2];
};

#ifdef __linux__
using Wake = EventWake;
#else
using Wake = PipeWake;
#endif

}  // namespace postern
