#pragma once

// Examples of which several features are replaced at once, or of a list of pairs. Formulas in
// general_example.h. Included by target.cpp alone.

#include "trainers/kernels/logistic.h"
#include "trainers/kernels/pooling.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

template <class T>
class GroupExample {
 public:
  /// Scalars of scratch, in whole lines.
  static std::int64_t scratch_size(const ModelView<T>& model, std::int32_t noise_rows) {
    const std::int64_t candidates = 1 + noise_rows;
    const std::int64_t inside = largest_group(model);
    const std::int64_t vectors = model.features + (candidates * (inside + 1)) + (2 * (inside + 1));
    return (vectors * model.stride) + padded<T>(candidates) +
           pointers<T>(model.features + (candidates * (inside + 1)));
  }

  /// Slots that one example fills at most.
  static std::int32_t slot_count(const ModelView<T>& model, std::int32_t noise_rows) {
    return model.features + ((1 + noise_rows) * largest_group(model));
  }

  GroupExample(const ModelView<T>& model, const Pooling<T, 0>& pooling, std::int32_t noise_rows,
               T* scratch)
      : model_(model),
        pooling_(pooling),
        noise_rows_(noise_rows),
        inside_limit_(largest_group(model)) {
    const std::int64_t candidates = 1 + noise_rows;
    const auto take = [&scratch](std::int64_t scalars) {
      T* start = scratch;
      scratch += scalars;
      return start;
    };
    vectors_ = take(std::int64_t{model.features} * model.stride);
    candidate_vectors_ = take(candidates * inside_limit_ * model.stride);
    candidate_sums_ = take(candidates * model.stride);
    contexts_ = take((inside_limit_ + 1) * model.stride);
    pulls_ = take((inside_limit_ + 1) * model.stride);
    logits_ = take(padded<T>(candidates));
    outside_ = reinterpret_cast<const T**>(take(0));
    candidate_ = outside_ + model.features;
  }

  /// The losses of `draw`; afterwards `emit` can tell its gradient.
  ExampleLoss score(const ExampleDraw& draw, T weight) {
    draw_ = draw;
    group_ = draw.group;
    inside_ = model_.group_features + model_.group_begin[group_];
    inside_count_ = model_.group_begin[group_ + 1] - model_.group_begin[group_];
    const T base = pool_outside();
    make_contexts();
    for (std::int32_t c = 0; c <= noise_rows_; ++c)
      logits_[c] = base + candidate_score(c) +
                   (model_.noise_slope * static_cast<T>(draw.log_noise[c])) + model_.noise_constant;
    const T loss = model_.softmax ? softmax_loss(logits_, 1 + noise_rows_)
                                  : logistic_losses(logits_, 1 + noise_rows_);
    residual_ = 0;
    for (std::int32_t c = 0; c <= noise_rows_; ++c) {
      logits_[c] *= weight;
      if (!model_.softmax) residual_ += logits_[c];
    }
    return {static_cast<double>(loss) * static_cast<double>(weight),
            static_cast<double>(residual_)};
  }

  /// Writes the gradient of the example scored last: its slots, the first of them numbered
  /// `first_slot`, and its occurrences. Returns the end of the occurrences.
  Occurrence<T>* emit(T* slots, std::int32_t first_slot, Occurrence<T>* out) {
    slots_ = slots;
    next_slot_ = first_slot;
    first_slot_ = first_slot;
    make_pulls();
    for (std::int32_t f = 0; f < model_.features; ++f)
      if (model_.group_of[f] != group_) out = emit_outside(f, out);
    for (std::int32_t c = 0; c <= noise_rows_; ++c)
      for (std::int32_t i = 0; i < inside_count_; ++i) out = emit_inside(c, i, out);
    return out;
  }

 private:
  static std::int32_t largest_group(const ModelView<T>& model) {
    std::int32_t largest = 1;
    for (std::int32_t g = 0; g < model.groups; ++g) {
      const std::int32_t size = model.group_begin[g + 1] - model.group_begin[g];
      if (size > largest) largest = size;
    }
    return largest;
  }

  T* vector(T* base, std::int64_t index) const { return base + (index * model_.stride); }
  const T*& candidate(std::int32_t c, std::int32_t i) const {
    return candidate_[(std::int64_t{c} * inside_limit_) + i];
  }

  /// Pools what the candidates share and returns its part of their logits.
  T pool_outside() {
    T base = shared_logit(model_, group_);
    for (std::int32_t f = 0; f < model_.features; ++f)
      if (model_.group_of[f] != group_)
        base += pooling_.pool_observed(draw_, f, vector(vectors_, f), outside_[f]);
    if (!model_.all_pairs) {
      for (std::int32_t p = 0; p < model_.pair_count; ++p) {
        const Pair& pair = model_.pairs[p];
        if (model_.group_of[pair.first] != group_ && model_.group_of[pair.second] != group_)
          base += dot(outside_[pair.first], outside_[pair.second], model_.stride);
      }
      return base;
    }
    T squares = 0;
    clear(contexts_, model_.stride);
    for (std::int32_t f = 0; f < model_.features; ++f) {
      if (model_.group_of[f] == group_) continue;
      const T* v = outside_[f];
      add_scaled(contexts_, T{1}, v, model_.stride);
      squares += dot(v, v, model_.stride);
    }
    return base + ((dot(contexts_, contexts_, model_.stride) - squares) / 2);
  }

  std::int32_t inside_position(std::int32_t feature) const {
    for (std::int32_t i = 0; i < inside_count_; ++i)
      if (inside_[i] == feature) return i;
    return -1;
  }

  /// Calls `with(i, j)` for each pair of a feature inside, at position i, and feature j outside.
  template <class Call>
  void for_cross_pairs(Call with) const {
    for (std::int32_t p = 0; p < model_.pair_count; ++p) {
      const Pair& pair = model_.pairs[p];
      const std::int32_t first = inside_position(pair.first);
      const std::int32_t second = inside_position(pair.second);
      if (first >= 0 && second < 0) with(first, pair.second);
      if (second >= 0 && first < 0) with(second, pair.first);
    }
  }

  /// Calls `with(i, j)` for each pair of features inside, by position.
  template <class Call>
  void for_inside_pairs(Call with) const {
    for (std::int32_t p = 0; p < model_.pair_count; ++p) {
      const std::int32_t first = inside_position(model_.pairs[p].first);
      const std::int32_t second = inside_position(model_.pairs[p].second);
      if (first >= 0 && second >= 0) with(first, second);
    }
  }

  void make_contexts() {
    if (model_.all_pairs) return;
    for (std::int32_t i = 0; i < inside_count_; ++i) clear(vector(contexts_, i), model_.stride);
    for_cross_pairs([this](std::int32_t i, std::int32_t f) {
      add_scaled(vector(contexts_, i), T{1}, outside_[f], model_.stride);
    });
  }

  T candidate_score(std::int32_t c) {
    T score = 0;
    for (std::int32_t i = 0; i < inside_count_; ++i) {
      T* buffer = vector(candidate_vectors_, (std::int64_t{c} * inside_limit_) + i);
      score += pooling_.pool_candidate(draw_, c, inside_[i], buffer, candidate(c, i));
    }
    if (!model_.all_pairs) {
      for (std::int32_t i = 0; i < inside_count_; ++i)
        score += dot(vector(contexts_, i), candidate(c, i), model_.stride);
      for_inside_pairs([&](std::int32_t i, std::int32_t j) {
        score += dot(candidate(c, i), candidate(c, j), model_.stride);
      });
      return score;
    }
    T* total = vector(candidate_sums_, c);
    clear(total, model_.stride);
    T squares = 0;
    for (std::int32_t i = 0; i < inside_count_; ++i) {
      const T* v = candidate(c, i);
      add_scaled(total, T{1}, v, model_.stride);
      squares += dot(v, v, model_.stride);
    }
    return score + dot(contexts_, total, model_.stride) +
           ((dot(total, total, model_.stride) - squares) / 2);
  }

  /// H = Σ δ_c V_c, or for a list of pairs H_i = Σ δ_c v_ci.
  void make_pulls() {
    const std::int32_t count = model_.all_pairs ? 1 : inside_count_;
    for (std::int32_t i = 0; i < count; ++i) {
      clear(vector(pulls_, i), model_.stride);
      for (std::int32_t c = 0; c <= noise_rows_; ++c)
        add_scaled(vector(pulls_, i), logits_[c],
                   model_.all_pairs ? vector(candidate_sums_, c) : candidate(c, i), model_.stride);
    }
  }

  T* new_slot() {
    T* slot = vector(slots_, next_slot_ - first_slot_);
    ++next_slot_;
    clear(slot, model_.stride);
    return slot;
  }

  Occurrence<T>* emit_outside(std::int32_t f, Occurrence<T>* out) {
    T* slot = new_slot();
    if (model_.all_pairs) {
      add_scaled(slot, residual_, contexts_, model_.stride);
      add_scaled(slot, -residual_, outside_[f], model_.stride);
      add_scaled(slot, T{1}, pulls_, model_.stride);
    } else {
      for_cross_pairs([&](std::int32_t i, std::int32_t outside) {
        if (outside == f) add_scaled(slot, T{1}, vector(pulls_, i), model_.stride);
      });
      for (std::int32_t p = 0; p < model_.pair_count; ++p) {
        const Pair& pair = model_.pairs[p];
        if (pair.first != f && pair.second != f) continue;
        const std::int32_t other = pair.first == f ? pair.second : pair.first;
        if (model_.group_of[other] != group_)
          add_scaled(slot, residual_, outside_[other], model_.stride);
      }
    }
    return pooling_.emit_observed(draw_, f, next_slot_ - 1, T{1}, residual_, out);
  }

  Occurrence<T>* emit_inside(std::int32_t c, std::int32_t i, Occurrence<T>* out) {
    T* slot = new_slot();
    const T residual = logits_[c];
    if (model_.all_pairs) {
      add_scaled(slot, residual, contexts_, model_.stride);
      add_scaled(slot, residual, vector(candidate_sums_, c), model_.stride);
      add_scaled(slot, -residual, candidate(c, i), model_.stride);
    } else {
      add_scaled(slot, residual, vector(contexts_, i), model_.stride);
      for_inside_pairs([&](std::int32_t a, std::int32_t b) {
        if (a == i) add_scaled(slot, residual, candidate(c, b), model_.stride);
        if (b == i) add_scaled(slot, residual, candidate(c, a), model_.stride);
      });
    }
    return pooling_.emit_candidate(draw_, c, inside_[i], next_slot_ - 1, T{1}, residual, out);
  }

  const ModelView<T>& model_;
  const Pooling<T, 0>& pooling_;
  std::int32_t noise_rows_;
  std::int32_t inside_limit_;
  T* vectors_;            ///< [features]: v_f of those outside that are sums
  T* candidate_vectors_;  ///< [1+K, largest group]: v_ci that are sums
  T* candidate_sums_;     ///< [1+K]: V_c
  const T** outside_;     ///< [features]: where v_f is
  const T** candidate_;   ///< [1+K, largest group]: where v_ci is
  T* contexts_;           ///< C, or C_i of each feature inside
  T* pulls_;              ///< H, or H_i
  T* logits_;             ///< [1+K]; after `score` δ_c

  ExampleDraw draw_;
  std::int32_t group_ = 0;
  const std::int32_t* inside_ = nullptr;  ///< features of the group
  std::int32_t inside_count_ = 0;
  T residual_ = 0;
  T* slots_ = nullptr;
  std::int32_t next_slot_ = 0;
  std::int32_t first_slot_ = 0;
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
