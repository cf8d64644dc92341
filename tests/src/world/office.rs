//! What the office does to a world: it moves cases, revokes devices, keeps backups, and puts one
//! back.

use shared::ids::{CaseId, DeviceId, UserId};

use super::{Event, Fault, Violation, World};

/// How long the server has been down when its data is put back.
const STOPPED_MS: i64 = 1_000;

impl World {
    pub(super) fn office(&mut self) -> Result<(), Violation> {
        match self.chance.below(6) {
            0 | 1 => self.assign()?,
            2 => self.server.back_up(&self.reference.grants)?,
            3 if self.strikes(Fault::Restored, 1) => self.restore()?,
            4 if self.strikes(Fault::DeviceRevoked, 2) => {
                let phone = self.chance.below(self.phones.len());
                self.server.revoke(self.phones[phone].device, self.agenda.now_ms())?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A case goes to a colleague as well, or instead.
    fn assign(&mut self) -> Result<(), Violation> {
        let cases: Vec<CaseId> = self.reference.grants.keys().copied().collect();
        let to = self.phones[self.chance.below(self.phones.len())].user;
        let Some(case) = self.chance.pick(&cases).copied() else { return Ok(()) };
        let moved = self.strikes(Fault::CaseMoved, 2);
        let holders: Vec<UserId> =
            self.reference.grants[&case].iter().copied().filter(|user| *user != to).collect();
        let from = self.chance.pick(&holders).copied().filter(|_| moved);
        Ok(self.server.assign(&mut self.reference, case, to, from)?)
    }

    /// The server is down while its data is put back, and long enough before that everything it
    /// said has arrived or never will.
    fn restore(&mut self) -> Result<(), Violation> {
        self.server.is_up = false;
        self.server.queue.clear();
        self.restoring = true;
        self.agenda.after(STOPPED_MS, Event::Restored);
        Ok(())
    }

    pub(super) fn restored(&mut self) -> Result<(), Violation> {
        self.restoring = false;
        self.server_dies();
        if self.server.restore(&mut self.chance, &mut self.reference.grants)? {
            self.note_lost_store()?;
        }
        Ok(())
    }

    /// Somebody who is signed out opens a new link: their phone is another device from then on.
    pub(super) fn enrol(&mut self, phone: usize) -> Result<(), Violation> {
        let device = DeviceId::from_random(self.chance.bytes());
        let user = self.phones[phone].user;
        let token = self.server.enrol(user, device, self.agenda.now_ms())?;
        self.phones[phone].kill(&mut self.chance);
        self.phones[phone].device = device;
        self.phones[phone].token = Some(token);
        self.agenda.after(0, Event::Opened { phone });
        Ok(())
    }
}
