//! How destroying is guarded: how many have to agree, and who counts as somebody else.
//!
//! A token says what may be done with it and not whose it is. So where people sign in with accounts, one of them could hold a
//! token besides and agree to what they asked for themselves: there, the two people are two accounts. Where nobody has an
//! account, two tokens are all that can be told apart.

use super::ErasureError;
use crate::tokens::is_person;

/// How destroying is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// How many different people have to agree: 1 or 2.
    pub people: u8,
    /// Who counts as one of two.
    pub counted: Counted,
    /// How long it can be cancelled.
    pub delay_seconds: i64,
}

/// Who counts as one of two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Whoever holds a token: nobody signs in with an account here.
    Tokens,
    /// Whoever signed in with an account of their organisation.
    Accounts,
}

impl Guard {
    /// Whether somebody counts as one of those who have to agree.
    ///
    /// # Errors
    /// [`ErasureError::NoAccount`].
    pub fn may_ask(self, by: &str) -> Result<(), ErasureError> {
        match self.counted {
            Counted::Accounts if self.people > 1 && !is_person(by) => {
                Err(ErasureError::NoAccount(by.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Whether somebody is somebody else than whoever asked.
    ///
    /// # Errors
    /// [`ErasureError::NoAccount`], [`ErasureError::SamePerson`], [`ErasureError::PerhapsSamePerson`].
    pub fn may_agree(self, requested_by: &str, by: &str) -> Result<(), ErasureError> {
        self.may_ask(by)?;
        if requested_by == by {
            return Err(ErasureError::SamePerson(by.to_owned()));
        }
        // Accounts may have been set up, or done away with, since it was asked for.
        if is_person(requested_by) != is_person(by) {
            let (requested_by, by) = (requested_by.to_owned(), by.to_owned());
            return Err(ErasureError::PerhapsSamePerson { requested_by, by });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JO: &str = "user/abcdef";
    const AL: &str = "user/ghijkl";
    const IG: &str = "token/ig";
    const DPO: &str = "token/dpo";

    fn guard(people: u8, counted: Counted) -> Guard {
        Guard { people, counted, delay_seconds: 0 }
    }

    #[test]
    fn where_people_have_accounts_a_token_is_no_second_person() {
        let guard = guard(2, Counted::Accounts);
        assert!(guard.may_ask(JO).is_ok() && guard.may_agree(JO, AL).is_ok());
        assert!(matches!(guard.may_agree(JO, JO), Err(ErasureError::SamePerson(_))));
        for refused in [guard.may_ask(IG), guard.may_agree(JO, IG), guard.may_agree(DPO, IG)] {
            assert!(matches!(refused, Err(ErasureError::NoAccount(_))), "{refused:?}");
        }
        // It was asked for before there were accounts.
        assert!(matches!(guard.may_agree(IG, JO), Err(ErasureError::PerhapsSamePerson { .. })));
    }

    #[test]
    fn where_nobody_has_an_account_two_tokens_are_two_people() {
        let guard = guard(2, Counted::Tokens);
        assert!(guard.may_ask(IG).is_ok() && guard.may_agree(IG, DPO).is_ok());
        assert!(matches!(guard.may_agree(IG, IG), Err(ErasureError::SamePerson(_))));
        // It was asked for while there were accounts.
        assert!(matches!(guard.may_agree(JO, IG), Err(ErasureError::PerhapsSamePerson { .. })));
    }

    #[test]
    fn where_one_is_enough_nobody_needs_an_account() {
        assert!(guard(1, Counted::Accounts).may_ask(IG).is_ok());
    }
}
