// SIGTERM, SIGINT and SIGHUP, as a thing to wait for.
#pragma once

#include <functional>

namespace postern {

/// From here on SIGTERM and SIGINT are taken by `wait_for_stop` alone, and a write to a closed pipe is an error and not
/// the end. Call it before the first thread is started. `hangup`: SIGHUP, too; without, it ends the program as ever.
void take_signals(bool hangup = false);

/// Returns when SIGTERM or SIGINT has come; gives its number. After that, the next one ends the program at once.
/// `on_hangup`: called for each SIGHUP meanwhile.
int wait_for_stop(const std::function<void()>& on_hangup = {});

/// Makes `wait_for_stop` return, from another thread; does nothing when it has returned already.
void ask_to_stop();

}  // namespace postern
