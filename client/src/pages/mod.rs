//! The screens.

pub mod check;
pub mod contact;
pub mod here;
pub mod more;
pub mod people;
pub mod person;
pub mod refer;
pub mod services;
pub mod sign_in;
pub mod sync_status;
pub mod today;
pub mod unlock;
pub mod urgent;
