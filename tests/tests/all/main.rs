//! Every whole-system test, in one binary, so that the harness is linked once.

mod harness;
mod site;
