#pragma once

// The model side of the library in one include: data, the module, losses.
#include "feat2vec/data/batch.h"
#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"
#include "feat2vec/data/vocabulary.h"
#include "feat2vec/error.h"
#include "feat2vec/nn/feat2vec.h"
#include "feat2vec/nn/feature_spec.h"
#include "feat2vec/nn/losses.h"
#include "feat2vec/version.h"
