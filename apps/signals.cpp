#include "apps/signals.h"

#include <unistd.h>

#include <csignal>

namespace feat2vec::apps {
namespace {

// A signal handler can only reach static storage.
volatile std::sig_atomic_t noted = 0;

void on_signal(int signal) {
  if (noted != 0) _exit(128 + signal);
  noted = signal;
}

}  // namespace

void catch_signals() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader of the progress that went away does not end training
}

int caught_signal() { return noted; }

}  // namespace feat2vec::apps
