-- What the reports count: who was helped, when and with what, and nothing of what was said. Every
-- table is a projection of the entries that stand, as they read after corrections.

-- One row for each episode of care.
CREATE TABLE report_episode (
    case_id BLOB NOT NULL,
    episode TEXT NOT NULL,
    -- As the record says; empty where it does not, or two people disagree.
    practice TEXT NOT NULL,
    referred_on TEXT NOT NULL,
    -- The first time that somebody met the person, tried to, or had an answer; none while nobody
    -- has.
    first_contact_on TEXT,
    -- The first time that they met for support or gave an answer, and the same day three months
    -- later.
    first_met_on TEXT,
    three_months_on TEXT,
    -- The day of a yes that stands alone; none without one.
    accepted_on TEXT,
    -- How often they met for support in those three months.
    met_in_three_months INTEGER NOT NULL,
    -- Where it stands, and why it was closed, in words.
    standing TEXT NOT NULL,
    -- The day on which it was closed or declined; none while it is open.
    ended_on TEXT,
    PRIMARY KEY (case_id, episode)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_episode_by_referral ON report_episode (referred_on);

-- Contacts and attempts since the referral.
CREATE TABLE report_contact (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    event_date TEXT NOT NULL,
    author BLOB NOT NULL,
    -- In words, as is the outcome.
    mode TEXT NOT NULL,
    outcome TEXT NOT NULL,
    -- first or follow_up where they met for support; empty where they did not meet, or it was
    -- for something else.
    session_kind TEXT NOT NULL,
    -- Minutes of each kind.
    preparation INTEGER NOT NULL,
    session INTEGER NOT NULL,
    write_up INTEGER NOT NULL,
    research INTEGER NOT NULL,
    PRIMARY KEY (case_id, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_contact_by_date ON report_contact (event_date);

-- Services that were named to people.
CREATE TABLE report_signposting (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    event_date TEXT NOT NULL,
    -- Its identifier in the directory, and its name on that day.
    service TEXT NOT NULL,
    name TEXT NOT NULL,
    introduced INTEGER NOT NULL,
    -- Whether somebody recorded how it went.
    followed_up INTEGER NOT NULL,
    PRIMARY KEY (case_id, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_signposting_by_date ON report_signposting (event_date);

-- Needs that came to light in an episode, once each.
CREATE TABLE report_need (
    case_id BLOB NOT NULL,
    episode TEXT NOT NULL,
    -- By its code.
    need TEXT NOT NULL,
    noted_on TEXT NOT NULL,
    -- Services that were named for it; of them with an introduction; and followed up.
    services INTEGER NOT NULL,
    introduced INTEGER NOT NULL,
    followed_up INTEGER NOT NULL,
    -- How often somebody looked for one and found none.
    nothing_found INTEGER NOT NULL,
    PRIMARY KEY (case_id, episode, need)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_need_by_date ON report_need (noted_on);

-- The four ONS scales, each 0 to 10.
CREATE TABLE report_wellbeing (
    case_id BLOB NOT NULL,
    event TEXT NOT NULL,
    episode TEXT NOT NULL,
    event_date TEXT NOT NULL,
    satisfaction INTEGER NOT NULL,
    worthwhile INTEGER NOT NULL,
    happiness INTEGER NOT NULL,
    anxiety INTEGER NOT NULL,
    PRIMARY KEY (case_id, event)
) STRICT, WITHOUT ROWID;

-- What counts: of one person's two records, the one that was set aside does not. The time that
-- somebody gave counts all the same.
CREATE VIEW counted_episode AS
    SELECT * FROM report_episode WHERE case_id NOT IN (SELECT case_id FROM set_aside);
CREATE VIEW counted_signposting AS
    SELECT * FROM report_signposting WHERE case_id NOT IN (SELECT case_id FROM set_aside);
CREATE VIEW counted_need AS
    SELECT * FROM report_need WHERE case_id NOT IN (SELECT case_id FROM set_aside);
CREATE VIEW counted_wellbeing AS
    SELECT * FROM report_wellbeing WHERE case_id NOT IN (SELECT case_id FROM set_aside);

UPDATE case_log SET projected_position = 0;
