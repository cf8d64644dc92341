//! Referral files (placeholder until the full module lands).
