#pragma once

namespace feat2vec::apps {

/// From now on the first SIGINT or SIGTERM is only noted; the second ends the process at once with
/// exit code 128 + signal.
void catch_signals();

/// The signal that was noted, or 0.
int caught_signal();

/// Thrown to give up what a signal has ended; no error.
class Interrupted {};

}  // namespace feat2vec::apps
