//! `README.txt` of a pack: what it is and is not, what to do, and how to answer.

use super::files::Content;

/// The text, with the line ends of Windows.
pub fn text(content: &Content<'_>) -> String {
    let line = content.line;
    let practice = content.facts.practices.get(content.practice);
    let practice = practice.map_or("your practice", String::as_str);
    let demonstration = if content.facts.demonstration {
        "THIS IS A DEMONSTRATION. The people in it are invented.\n\n"
    } else {
        ""
    };
    let text = format!(
        "{demonstration}Social prescribing entries for {practice} ({ods})\n\
         Pack {number}, closed {cut_off}\n\
         From: {service}\n\
         \n\
         What this is\n\
         A reconciled list of the entries that belong in the GP record, for a person to make. Each\n\
         entry is NEW once: a row that is NEW in this pack was in none before, and will be NEW in\n\
         none after. No known GP system imports this file by itself.\n\
         \n\
         What to do\n\
         1. Open worklist.csv. In a spreadsheet, import it with every column as text.\n\
         2. For each row find the patient by NHS number, surname, birth date and sex together.\n\
         3. Do what the column action says:\n\
         \x20  RETRACT   take the entry out of the record, or do not make it\n\
         \x20  AMEND     put the entry right, or make it where you have not, as reason says: it names\n\
         \x20            what changed, and the row is how it reads now\n\
         \x20  NEW       add the code in snomed_code on event_date\n\
         \x20  REMINDER  asked before and not answered: answer it, do not enter it twice\n\
         4. If the practice has coded the same referral already, leave the record as it is.\n\
         5. Rows are sorted by code and date, so that a whole group can be added as a batch. The\n\
         folder lists has the NHS numbers of each group alone.\n\
         6. Where hide_online_suggested is yes, consider hiding the entry from online access.\n\
         \n\
         How to answer\n\
         On the practice's page, row by row, or by filling in receipt.csv and uploading it there.\n\
         The column outcome takes one of these:\n\
         \x20  filed                done as asked, with outcome_date, filed_by and system\n\
         \x20  already_in_record    the entry was there before (for RETRACT: it was never made)\n\
         \x20  not_registered_here  the patient is not registered at this practice\n\
         \x20  identity_mismatch    number, name, birth date and sex are not one patient's\n\
         \x20  duplicate_of         the same as another row: its row_id in detail\n\
         \x20  rejected             not entered for another reason: why, in detail\n\
         A line without an outcome is left for later. Giving a file in twice changes nothing. Rows\n\
         that nobody answers come again as REMINDER.\n\
         \n\
         The files\n\
         worklist.csv    {new} new, {amend} to amend, {retract} to take back, {reminder} reminders\n\
         receipt.csv     the same rows, to fill in and give back\n\
         lists           NHS numbers of the new rows, by code and date\n\
         summaries       what people agreed to share beside the code, as PDF: each, and all\n\
         bundle.json     the entries as FHIR R4 (UK Core), for systems that read it\n\
         exceptions.csv  {held} entries that are held back, why, and what settles it\n\
         manifest.json   the pack's identifier, the one before it, a SHA-256 of each file, and the\n\
         \x20               service's signature: fingerpost verify-pack checks them\n\
         \n\
         The codes\n\
         871731000000106  Referral to social prescribing service (procedure): the person accepted\n\
         871711000000103  Social prescribing declined (situation): the person declined\n",
        ods = content.practice,
        number = line.number,
        cut_off = line.cut_off,
        service = content.facts.name,
        new = line.rows.new,
        amend = line.rows.amend,
        retract = line.rows.retract,
        reminder = line.rows.reminder,
        held = line.held_rows,
    );
    text.replace('\n', "\r\n")
}
