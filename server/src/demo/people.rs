//! The invented people. Two of them bear one name, as happens: the birth date tells them apart.

/// Somebody who does not exist.
pub struct Invented {
    /// Given names.
    pub given_names: &'static str,
    /// Family name.
    pub family_name: &'static str,
    /// ISO date of birth.
    pub birth_date: &'static str,
    /// As a practice's system matches on it.
    pub sex: &'static str,
    /// How to talk with them; mostly empty.
    pub communication: &'static str,
}

const fn person(
    given_names: &'static str,
    family_name: &'static str,
    birth_date: &'static str,
    sex: &'static str,
    communication: &'static str,
) -> Invented {
    Invented { given_names, family_name, birth_date, sex, communication }
}

/// Everybody.
pub const PEOPLE: [Invented; 60] = [
    person("Ada", "Okafor", "1956-03-02", "female", ""),
    person(
        "Dilys",
        "Pritchard",
        "1941-07-19",
        "female",
        "Hard of hearing: speak to her right side",
    ),
    person("Mohammed", "Iqbal", "1978-11-30", "male", ""),
    person("Jean", "Carruthers", "1938-01-05", "female", ""),
    person("Kwame", "Boateng", "1985-06-14", "male", ""),
    person("Siân", "Llewellyn-Pugh", "1990-09-27", "female", ""),
    person("Ravi", "Patel", "1962-02-11", "male", ""),
    person("Ravi", "Patel", "1987-04-23", "male", ""),
    person("Agnieszka", "Nowak", "1995-12-08", "female", "Polish interpreter for long talks"),
    person("Colin", "Thwaite", "1949-10-31", "male", ""),
    person("Maureen", "O'Neill", "1945-05-17", "female", ""),
    person("Tunde", "Balogun", "1971-08-22", "male", ""),
    person("Yasmin", "Haddad", "2001-03-15", "female", ""),
    person("Gareth", "ap Rhys", "1958-12-01", "male", ""),
    person("Olena", "Kovalenko", "1983-07-07", "female", "Ukrainian interpreter"),
    person("Winston", "Clarke", "1936-04-09", "male", ""),
    person("Nerys", "Bevan", "1967-06-28", "female", ""),
    person("Priya", "Subramaniam", "1992-01-19", "female", ""),
    person("Stanley", "Akers", "1944-09-13", "male", ""),
    person("Fatuma", "Abdi", "1988-02-29", "female", "Somali interpreter"),
    person("Brendan", "Gallagher", "1953-11-11", "male", ""),
    person("Mei Ling", "Chen", "1975-05-05", "female", ""),
    person("Harold", "Entwistle", "1932-08-30", "male", "Large print"),
    person("Chidi", "Nwosu", "1998-10-02", "male", ""),
    person("Beryl", "Shufflebottom", "1947-03-21", "female", ""),
    person("Ioan", "Gruffydd-Owen", "1980-12-24", "male", ""),
    person("Rosa", "Almeida", "1969-07-16", "female", ""),
    person("Keith", "Ramsbottom", "1955-01-28", "male", ""),
    person("Zainab", "Hussain", "1993-09-09", "female", ""),
    person("Doreen", "Finch", "1940-06-03", "female", ""),
    person("Luca", "Moretti", "1979-04-18", "male", ""),
    person("Elsie", "Grimshaw", "1935-02-14", "female", "Ring twice, she is slow to the phone"),
    person("Abdul", "Rahman", "1964-10-26", "male", ""),
    person("Catrin", "Hughes", "1986-08-08", "female", ""),
    person("Desmond", "Joseph", "1950-05-29", "male", ""),
    person("Svetlana", "Petrova", "1972-03-03", "female", ""),
    person("Alfie", "Turner", "2004-11-17", "male", ""),
    person("Nasreen", "Begum", "1959-09-20", "female", ""),
    person("Walter", "Higginbottom", "1942-12-12", "male", ""),
    person("Grace", "Mensah", "1976-06-06", "female", ""),
    person("Patrick", "Doyle", "1961-04-01", "male", ""),
    person("Hyacinth", "Campbell", "1943-10-10", "female", "Large print"),
    person("Piotr", "Zielinski", "1989-01-13", "male", ""),
    person("Mair", "Griffiths", "1952-07-24", "female", ""),
    person("Sunita", "Sharma", "1970-05-08", "female", ""),
    person("Ernest", "Postlethwaite", "1937-11-02", "male", ""),
    person("Amina", "Yusuf", "1997-02-20", "female", ""),
    person("Roy", "Barraclough", "1946-08-15", "male", ""),
    person("Thandiwe", "Ncube", "1984-03-30", "female", ""),
    person("Michael", "Oduya", "1966-09-06", "male", ""),
    person("Joyce", "Hargreaves", "1939-12-27", "female", ""),
    person("Emrys", "Vaughan", "1957-06-18", "male", ""),
    person("Leila", "Farahani", "1991-10-21", "female", ""),
    person("Derek", "Sugden", "1948-04-12", "male", ""),
    person("Ngozi", "Eze", "1982-07-31", "female", ""),
    person("Vera", "Kaminska", "1934-01-22", "female", ""),
    person("Hassan", "Mahmoud", "1974-11-25", "male", ""),
    person("Lowri", "Tudor-Davies", "1999-05-14", "female", ""),
    person("Sidney", "Crabtree", "1951-02-07", "male", ""),
    person("Blessing", "Adewale", "1994-08-19", "female", ""),
];
