#pragma once

#include <memory>
#include <vector>

#include "feat2vec/huge_pages.h"
#include "samplers/implicit_sampler.h"
#include "trainers/fused_model.h"
#include "trainers/kernels/draw_source.h"
#include "trainers/kernels/kernels.h"

namespace feat2vec::trainers {

/// The draws of a sampler as the general kernels take them: donor rows.
class DonorDraws : public kernels::DrawSource {
 public:
  explicit DonorDraws(const samplers::ImplicitSampler& sampler) : sampler_(sampler) {}
  void draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
            const kernels::DrawBuffers& out) const override;

 private:
  const samplers::ImplicitSampler& sampler_;
};

/// The draws of a sampler as the plain kernels take them, rows of the table: word for word the same
/// noise, without the way over donor rows.
template <class T>
class PlainDraws : public kernels::DrawSource {
 public:
  /// `observed` and `supply`: the plain cells of the sampler's rows and of its supply.
  PlainDraws(const samplers::ImplicitSampler& sampler, const kernels::ModelView<T>& model,
             const kernels::CellsView<T>& observed, const kernels::CellsView<T>& supply,
             kernels::Target target);
  void draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
            const kernels::DrawBuffers& out) const override;

 private:
  /// A row that noise can be, with its log(K·P2).
  struct Candidate {
    std::int32_t row = 0;
    float log_noise = 0;
  };
  /// A slot of an alias table with what it gives.
  struct Slot {
    samplers::AliasTable::Slot alias;  ///< `alias.alias` is not used here
    Candidate own;
    Candidate other;
  };
  /// A slot that was picked, and the word that decides what it gives.
  struct Pick {
    const Slot* slot;
    std::uint32_t word;
  };
  /// The noise of one sampling group, which is one feature.
  struct Group {
    std::int32_t feature = 0;
    PageVector<Slot> slots;
  };

  void add_group(std::int64_t group, const kernels::CellsView<T>& supply);
  template <class Random>
  void pick(std::int64_t row, Random random, std::int32_t& group, Pick* picks) const;
  void resolve(std::int64_t row, std::int32_t i, const Pick* picks,
               const kernels::DrawBuffers& out) const;

  const samplers::ImplicitSampler& sampler_;
  std::int32_t features_;
  const std::int32_t* observed_;
  std::int32_t null_row_;
  std::int32_t noise_rows_;
  bool some_absent_;  ///< some observed row lacks a value
  const kernels::Kernels<T>& kernels_;
  const std::int32_t* group_features_;
  std::vector<Group> groups_;
  PageVector<float> log_noise_;  ///< [rows + 1] of the table
};

}  // namespace feat2vec::trainers
