// SIGTERM and SIGINT, as a thing to wait for.
#pragma once

namespace postern {

/// From here on SIGTERM and SIGINT are taken by `wait_for_stop` alone, and a write to a closed pipe is an error and not
/// the end. Call it before the first thread is started.
void take_signals();

/// Returns when one of them has come; gives its number. After that, the next one ends the program at once.
int wait_for_stop();

/// Makes `wait_for_stop` return, from another thread; does nothing when it has returned already.
void ask_to_stop();

}  // namespace postern
