#pragma once

// The samplers in one include.
#include "samplers/alias_table.h"
#include "samplers/context_sampler.h"
#include "samplers/draw.h"
#include "samplers/entities.h"
#include "samplers/group_chooser.h"
#include "samplers/implicit_dataset.h"
#include "samplers/implicit_sampler.h"
#include "samplers/materialize.h"
#include "samplers/noise_distribution.h"
#include "samplers/noise_tables.h"
#include "samplers/row_order.h"
