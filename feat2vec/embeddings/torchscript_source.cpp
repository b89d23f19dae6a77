#include "feat2vec/embeddings/torchscript_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "feat2vec/embeddings/torchscript_methods.h"

namespace feat2vec::embeddings {
namespace {

using data::FeatureKind;

std::string_view pooling_line(data::Pooling pooling) {
  switch (pooling) {
    case data::Pooling::kMean:
      return "    return pooled / lengths.clamp(min=1).to(table.dtype).unsqueeze(1)\n";
    case data::Pooling::kSqrt:
      return "    return pooled / lengths.clamp(min=1).to(table.dtype).sqrt().unsqueeze(1)\n";
    case data::Pooling::kSum:
      break;
  }
  return "    return pooled\n";
}

std::string_view cells_type(FeatureKind kind) {
  return data::has_members(kind) ? "Tuple[Tensor, Tensor, Tensor]" : "Tensor";
}

/// `vectors` and `biases` of the cells that `read` returns.
std::string phi_source(const ScriptFeature& feature) {
  const auto type = cells_type(feature.kind);
  const bool numeric = feature.kind == FeatureKind::kNumeric;
  std::string source;
  if (feature.vectors) {
    source += fmt::format("\ndef vectors(self, cells: {}) -> Tensor:\n    return ", type);
    source += numeric ? fmt::format("self.dense(cells, self.weight, {}, {})\n",
                                    feature.dense_bias ? "self.dense_bias" : "None",
                                    feature.missing ? "self.missing" : "None")
                      : "self.apply(self.weight, cells)\n";
  }
  if (feature.biases) {
    source += fmt::format("\ndef biases(self, cells: {}) -> Tensor:\n    return ", type);
    source += numeric ? fmt::format("self.dense(cells, self.bias, {}, {}).squeeze(1)\n",
                                    feature.dense_bias ? "self.bias_dense_bias" : "None",
                                    feature.missing ? "self.bias_missing" : "None")
                      : "self.apply(self.bias, cells).squeeze(1)\n";
  }
  return source;
}

/// The argument of `forward` that holds the columns of a kind.
std::string_view argument_of(FeatureKind kind) {
  if (data::has_members(kind)) return "bags";
  return kind == FeatureKind::kNumeric ? "numbers" : "categorical";
}

// Before the vectors meet, where other lengths would be an error that says less.
constexpr std::string_view kCheckLengths =
    "    assert min(lengths) == max(lengths), "
    "\"expected columns of one length, received {}\".format(lengths)\n";

/// `forward`: one statement a feature, then the sum of all terms.
std::string forward_source(const std::vector<ScriptFeature>& features,
                           const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs) {
  std::string body;
  std::vector<std::string> terms;
  std::vector<std::string> vectors;
  for (const auto& [f, kind, pooling, has_vectors, has_biases, dense_bias, missing, knots] :
       features) {
    if (kind == FeatureKind::kOffset) {
      terms.push_back(fmt::format("self.offset_{}", f));
      continue;
    }
    body += fmt::format("    c{0} = self.feature_{0}.read({1})\n", f, argument_of(kind));
    if (has_vectors) {
      body += fmt::format("    v{0} = self.feature_{0}.vectors(c{0})\n", f);
      vectors.push_back(fmt::format("v{}", f));
    }
    if (has_biases) {
      body += fmt::format("    b{0} = self.feature_{0}.biases(c{0})\n", f);
      terms.push_back(fmt::format("b{}", f));
    }
    body += fmt::format("    lengths.append({}{}.size(0))\n", has_vectors ? "v" : "b", f);
  }
  body += kCheckLengths;
  for (const auto& [i, j] : pairs) terms.push_back(fmt::format("(v{} * v{}).sum(1)", i, j));
  if (pairs.empty() && !vectors.empty()) {
    body += fmt::format("    v = torch.stack([{}])\n", fmt::join(vectors, ", "));
    body += "    s = v.sum(0)\n";
    terms.emplace_back("0.5 * ((s * s).sum(1) - (v * v).sum(2).sum(0))");
  }
  return fmt::format(R"PY(
def forward(self, categorical: Dict[str, List[str]], bags: Dict[str, List[List[str]]], numbers: Dict[str, Tensor]) -> Tensor:
    lengths: List[int] = []
{}    return {}

def score(self, categorical: Dict[str, List[str]], bags: Dict[str, List[List[str]]], numbers: Dict[str, Tensor]) -> Tensor:
    return self.forward(categorical, bags, numbers)
)PY",
                     body, fmt::join(terms, " + "));
}

/// A method that asks the submodule of the feature whose name it is given.
std::string dispatch_source(const std::vector<ScriptFeature>& features, std::string_view method,
                            std::string_view parameters, std::string_view arguments,
                            std::string_view result, std::string_view otherwise) {
  std::string source =
      fmt::format("\ndef {}(self, feature: str{}) -> {}:\n", method, parameters, result);
  for (const ScriptFeature& feature : features) {
    if (!feature.vectors) continue;
    source += fmt::format(
        "    if feature == self.feature_{0}.name:\n        return self.feature_{0}.{1}({2})\n",
        feature.position, method, arguments);
  }
  source += fmt::format(
      "    assert False, \"expected a feature of {{}}, received {{}}\".format(self.features, "
      "feature)\n"
      "    return {}\n",
      otherwise);
  return source;
}

}  // namespace

std::string feature_source(const ScriptFeature& feature) {
  const bool numeric = feature.kind == FeatureKind::kNumeric;
  std::string source = fmt::format("def table(self) -> Tensor:\n    return self.{}\n",
                                   feature.vectors ? "weight" : "bias");
  source += "\ndef names(self) -> List[str]:\n    return self.values\n";
  if (numeric) source += feature.knots ? methods::kHats : methods::kLinear;
  source += numeric ? methods::kNumeric : methods::kValues;
  if (feature.kind == FeatureKind::kCategorical) source += methods::kCategorical;
  if (data::has_members(feature.kind)) {
    source +=
        feature.kind == FeatureKind::kText ? methods::kWordsThatCount : methods::kMembersThatCount;
    source += methods::kBag;
    source += pooling_line(feature.pooling);
  }
  source += phi_source(feature);
  if (feature.vectors) source += numeric ? methods::kEmbedNumbers : methods::kEmbedValues;
  return source;
}

std::string model_source(const std::vector<ScriptFeature>& features,
                         const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs) {
  std::string source = forward_source(features, pairs);
  const bool any = std::any_of(features.begin(), features.end(),
                               [](const ScriptFeature& feature) { return feature.vectors; });
  if (!any) return source;
  source += dispatch_source(features, "embed", ", values: List[str]", "values", "Tensor",
                            "torch.zeros([0])");
  source +=
      dispatch_source(features, "embed_ids", ", ids: Tensor", "ids", "Tensor", "torch.zeros([0])");
  source += dispatch_source(features, "names", "", "", "List[str]", "self.features");
  source += dispatch_source(features, "table", "", "", "Tensor", "torch.zeros([0])");
  source += dispatch_source(features, "known", ", value: str", "value", "bool", "False");
  source += methods::kNearest;
  return source;
}

}  // namespace feat2vec::embeddings
