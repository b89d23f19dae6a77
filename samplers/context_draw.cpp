#include "samplers/context_draw.h"

namespace feat2vec::samplers {

void ContextDraw::clear() {
  rows.clear();
  groups.clear();
  whole.clear();
  candidates.clear();
  example_begin.assign(1, 0);
  sum_begin.assign(1, 0);
  scales.clear();
  log_probs.clear();
  parts.clear();
}

void ContextDraw::begin_example(std::int64_t row, std::int32_t group, bool is_whole) {
  rows.push_back(row);
  groups.push_back(group);
  whole.push_back(is_whole ? 1 : 0);
  candidates.push_back(0);
}

void ContextDraw::end_candidate(double log_prob) {
  ++candidates.back();
  sum_begin.push_back(static_cast<std::int32_t>(parts.size()));
  log_probs.push_back(static_cast<float>(log_prob));
}

void ContextDraw::end_context() {
  sum_begin.push_back(static_cast<std::int32_t>(parts.size()));
  log_probs.push_back(0);
}

}  // namespace feat2vec::samplers
