#pragma once

#include <chrono>
#include <string_view>

namespace feat2vec::apps {

/// One line on stderr that is drawn again and again while something goes on; nothing where stderr is no
/// terminal.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// Whether the line can be seen and is older than a tenth of a second.
  bool is_due() const;

  /// Draws `text` in the place of what stands there.
  void draw(std::string_view text);

  /// Leaves the line to others.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  Clock::time_point drawn_at_{};
  bool drawn_ = false;
};

}  // namespace feat2vec::apps
