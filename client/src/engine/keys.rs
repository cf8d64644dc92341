//! Changing what opens this phone: another passphrase, or its screen lock beside it. Who asks for it
//! types the passphrase, so that nobody changes it on a phone that was left open.

use std::rc::Rc;

use super::{boot, core::Core};
use crate::vault::{Change, Passkey, Proof, Refusal, Vault, VaultError};

impl Core {
    /// Changes the passphrase.
    ///
    /// # Errors
    /// In words, when the old one is not the passphrase, or the phone cannot keep the new one.
    pub async fn change_passphrase(
        self: &Rc<Self>,
        old: String,
        new: String,
    ) -> Result<(), String> {
        let (vault, proof) = self.prove(old).await?;
        let changed = vault.change(proof, Change::Passphrase(new)).await;
        changed.map_err(|error| self.refused(error.into()))
    }

    /// Lets this phone's screen lock open it as well.
    ///
    /// # Errors
    /// In words, when this is not the passphrase, or the platform does not do it.
    pub async fn add_passkey(self: &Rc<Self>, passphrase: String) -> Result<(), String> {
        let (vault, proof) = self.prove(passphrase).await?;
        let made = Passkey::make().await;
        let (passkey, secret) = made.map_err(|error| self.refused(error.into()))?;
        let change = Change::Passkey(passkey.clone(), secret);
        if let Err(error) = vault.change(proof, change).await {
            passkey.forget();
            return Err(self.refused(error.into()));
        }
        self.shown.has_passkey.set(true);
        Ok(())
    }

    /// From now on the passphrase alone opens it.
    ///
    /// # Errors
    /// In words, when the browser's storage fails.
    pub async fn remove_passkey(self: &Rc<Self>) -> Result<(), String> {
        let removed = self.vault()?.remove_passkey().await;
        removed.map_err(|error| self.refused(error.into()))?;
        self.shown.has_passkey.set(false);
        Ok(())
    }

    pub(super) async fn prove(
        self: &Rc<Self>,
        passphrase: String,
    ) -> Result<(Vault, Proof), String> {
        let vault = self.vault()?;
        boot::painted().await;
        let proved = vault.prove(passphrase).await;
        Ok((vault, proved.map_err(|refusal| self.refused(refusal))?))
    }

    fn vault(&self) -> Result<Vault, String> {
        let vault = self.with_state(|state| state.vault.clone());
        vault.ok_or_else(|| VaultError::Unavailable.to_string())
    }

    /// Why it was refused, in words. That the store is gone or another tab's concerns more than this.
    fn refused(self: &Rc<Self>, refusal: Refusal) -> String {
        if let Refusal::Failed(error @ (VaultError::Lost | VaultError::OpenElsewhere)) = refusal {
            self.working_written(Err(error));
        }
        refusal.to_string()
    }
}
