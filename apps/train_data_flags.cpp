#include "apps/train_data_flags.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/choices.h"
#include "apps/read_flags.h"

namespace feat2vec::apps {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t end = 0; end != std::string::npos; start = end + 1) {
    end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
  }
  return parts;
}

tables::BagColumn bag_column(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return {text, std::nullopt};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

void add_data_options(CLI::App* command, TrainArguments& a) {
  command
      ->add_option("data", a.data, "Tables: CSV, TSV, Parquet, Arrow, JSON, .gz, .zst; - is stdin")
      ->required();
  command->add_option("--schema", a.schema, "Schema (JSON) instead of inferring one");
  add_header_flag(command, a.read);
  command->add_option("--columns", a.inference.columns, "Use these columns only")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--categorical", a.inference.categorical, "A column that is categorical")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option_function<std::vector<std::string>>(
          "--bag",
          [&a](const std::vector<std::string>& bags) {
            for (const std::string& bag : bags) a.inference.bags.push_back(bag_column(bag));
          },
          "A column that is a bag, COLUMN or COLUMN:SEPARATOR")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option_function<std::vector<std::string>>(
          "--numeric",
          [&a](const std::vector<std::string>& groups) {
            for (const std::string& group : groups)
              a.inference.numeric.push_back(split(group, ','));
          },
          "Columns of numbers that share one vector, A or A,B,C")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option(
          "--text", a.inference.text,
          "A column of text, whose words get vectors; without this long texts are left out")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option("--missing", a.inference.missing_words,
                   "A word that means missing in every column, besides the empty cell")
      ->allow_extra_args(false)
      ->take_all();
  add_bad_rows_flag(command, a.read);
  command->add_flag("--cache", a.cache,
                    "Keep the columns in DATA.f2v-cache, mapped into memory; the next run with the "
                    "same content need not read the text");
  auto* valid = command->add_option("--valid", a.valid, "Table of validation rows");
  command
      ->add_option("--valid-share", a.valid_share,
                   "Share of the rows kept to choose the number of epochs by their loss")
      ->capture_default_str()
      ->excludes(valid);
  command->add_flag(
      "--reader,!--no-reader", a.reader,
      "Fit what weighs the answers of `complete`, on rows kept from a first training, "
      "and say how good they are (default where there are 300 such rows)");
  add_choice<reading::BagAnswer>(
      command, "--answers", a.answers,
      {{"random", reading::BagAnswer::kRandom}, {"first", reading::BagAnswer::kFirst}},
      "which member of a bag the reader learns to find: one drawn at random, or the first, where "
      "their "
      "order means something, as in a list of authors");
  const std::map<std::string, std::int64_t> bytes{
      {"b", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}};
  command
      ->add_option("--memory", a.memory_bytes,
                   "Bytes for the counts that the reader has beside the vectors, such as 256m "
                   "(default); 0: none")
      ->transform(amount(bytes, "256m"));
  command->add_flag("--refit,!--no-refit", a.refit,
                    "Then train again on all rows for that many epochs (default)");
}

}  // namespace feat2vec::apps
