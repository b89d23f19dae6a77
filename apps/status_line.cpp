#include "apps/status_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include "apps/console.h"

namespace feat2vec::apps {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr const char* kEmptied = "\r\x1b[K";

}  // namespace

StatusLine::StatusLine() : terminal_(isatty(STDERR_FILENO) != 0) {}

bool StatusLine::is_due() const { return terminal_ && Clock::now() - drawn_at_ >= kRedraw; }

void StatusLine::draw(std::string_view text) {
  print_error(fmt::format("{}{}", kEmptied, text));
  drawn_at_ = Clock::now();
  drawn_ = true;
}

void StatusLine::clear() {
  if (drawn_) print_error(kEmptied);
  drawn_ = false;
}

}  // namespace feat2vec::apps
