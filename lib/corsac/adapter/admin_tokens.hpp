#pragma once

// Where tokens stood before the Trusted Origins API needed them too; for those who include them
// from here.

#include "corsac/authority/admin_tokens.hpp"
