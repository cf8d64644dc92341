//! The words of the invented service: what referrers, link workers and people say.

/// One of a list, in turn.
pub fn pick<'a>(list: &[&'a str], turn: usize) -> &'a str {
    list[turn % list.len()]
}

/// Where they meet.
pub const VENUES: [&str; 6] = [
    "St Mark's church hall",
    "Moss Road library",
    "Eastvale allotments",
    "Community café, Mill Lane",
    "Surgery, room 4",
    "Welcome centre",
];

/// Why somebody was referred.
pub const REASONS: [&str; 10] = [
    "Lives alone since her husband died. Rarely leaves the house.",
    "Behind with the rent, and not opening letters.",
    "New to the area, speaks little English, would like to meet people.",
    "Caring for his mother with dementia. Exhausted.",
    "Low mood after redundancy. Keen to do something useful.",
    "Type 2 diabetes, wants to be more active but not alone.",
    "Cannot get online to book appointments or see family.",
    "Damp flat, two small children, landlord does not answer.",
    "Drinking more since retirement. Misses his workmates.",
    "Frequent attender. Says she mostly needs a chat.",
];

/// What was said and done.
pub const NOTES: [&str; 12] = [
    "Came with her sister. Talked about mornings, which are the worst. Used to sing in a choir.",
    "Walked round the allotments together. He brightened up at the tomatoes. Two plots are free.",
    "Went through the letters with him, one by one. Three are from the council, one is a final \
     notice. Rang the advice line together.",
    "Met at the library. She has joined the Thursday knitters and did not need me to come along.",
    "Long talk about his mother's care. He has not had a day off since March. Explained respite.",
    "She tried the walk on Tuesday and managed the short loop. Knees were sore, mood was not.",
    "We set up the tablet and rang her grandson in Cardiff. She laughed a lot.",
    "He was quiet today. Sleep is poor. Happy for me to let the surgery know, which I did.",
    "Filled in the housing form. The environmental health visit is booked.",
    "Has been to the men's shed twice. Making a bird box. Asked about the bus.",
    "Talked about money. A benefits check found something that nobody had told her about.",
    "Feels ready to do more by herself. We agreed to meet less often.",
];

/// What is to happen next.
pub const NEXT_STEPS: [&str; 8] = [
    "Go to the walk together",
    "Ring the advice line with her",
    "See how the first visit went",
    "Bring the form",
    "Introduce him to the shed",
    "Check that the letter came",
    "Ask about respite",
    "Coffee, and see how she is",
];

/// What people want, in their words.
pub const GOALS: [&str; 6] = [
    "I want to have somebody to talk to on a Sunday.",
    "I'd like to walk to the shop and back without stopping.",
    "To open the post without feeling sick.",
    "To see my grandson on the screen.",
    "A day a week for myself.",
    "To make something with my hands again.",
];

/// How a service went.
pub const WENT: &str = "Has been twice, and means to go again.";

/// What somebody said who is not safe.
pub const URGENT: &str = "Said she does not see the point of waking up, and has thought about it \
                          every night this week.";

/// Services that were named to people: identifier, name and telephone as in `services.json`.
pub const SERVICES: [(&str, &str, &str); 4] = [
    ("5b1f0a52-6f0e-4c55-9a3e-000000000001", "Eastvale Wellbeing Walks", "01632 960201"),
    ("5b1f0a52-6f0e-4c55-9a3e-000000000002", "Eastvale Money and Debt Advice", "01632 960202"),
    ("5b1f0a52-6f0e-4c55-9a3e-000000000003", "Good Neighbours Befriending", "01632 960203"),
    ("5b1f0a52-6f0e-4c55-9a3e-000000000006", "Mill Lane Shed", "01632 960206"),
];
