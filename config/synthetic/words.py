"""The words that synthetic people, groups and services are named with."""


def listed(words: str, between: str | None = None) -> tuple[str, ...]:
    """Words of one text, apart."""
    return tuple(words.split(between))


FIRST = listed(
    "Alder Amber Ash Aspen Basil Bay Beech Birch Blossom Bramble Briar Bryony Cedar Cherry Clover Coral Dale Dell Elm Fawn Fern Finch Flint "
    "Forest Garnet Glen Hazel Heath Heather Holly Iris Ivy Jade Jasmine Jay Juniper Kestrel Lark Laurel Lavender Lily Linden Lotus Maple Martin "
    "May Meadow Merle Moss Myrtle Oak Olive Opal Pearl Perry Petal Pine Poppy Primrose Quill Raven Reed River Robin Rose Rowan Ruby Rush Saffron "
    "Sage Sky Sorrel Storm Summer Tansy Teal Thyme Vale Verity Violet Willow Wren Yarrow"
)
LAST = listed(
    "Appleyard Ashgrove Barleycorn Beanfield Bellweather Birdsong Brackenbury Bridgewater Brookside Butterworth Candlewick Clearwater Coldstream "
    "Cornflower Cotterstock Daybreak Drystone Elderflower Fairweather Featherstone Fernley Fieldhouse Foxglove Goldfinch Goodacre Greengage "
    "Greenhalgh Harebell Hawthorne Hayward Hazelwood Hedgerow Hillcrest Honeywell Kingfisher Larkspur Lockgate Longmeadow Marigold Merryweather "
    "Millpond Mistletoe Moorcroft Nightingale Oakenshaw Orchard Pennywort Pepperwood Quickthorn Rainbird Ravenscroft Redfern Riverbank Rosewater "
    "Saltmarsh Sandpiper Silverton Skylark Snowdrop Springwell Starling Stonecrop Summerhill Sweetbriar Thistlewood Thornbury Turnstone "
    "Underhill Waterhouse Wayfarer Wheatley Whitethorn Wildgoose Willowherb Windrush Winterbourne Woodruff Yellowhammer"
)
COMPANY = listed("Hands Helpers Company Friends Days Doorstep Kitchen Garden Neighbours Support Together Team")
GROUP = listed("Lunch Club,Garden Friends,Saturday People,Quiet Table,Good Mornings,Tea and Talk,Own Words,Walkers,Kitchen Table,Bus Pass Club", ",")

# Of each category: what the services are called, and what they are for (outcomes of the vocabulary).
SERVICES = {
    "meals": (
        "Cooking in your home,Home cooked dinners,Batch cooking for the week,Learning to cook simple meals,Breakfast and a chat,Halal cooking,"
        "Caribbean cooking,Vegetarian meals,Soft meals made well,Sunday lunch at your table,Baking together,Shopping and cooking",
        ("nutrition", "home_kept"),
    ),
    "home_jobs": (
        "Cleaning and laundry,Weekly house cleaning,Ironing and changing beds,Help with post and bills,Decluttering with care,Deep kitchen clean,"
        "Window cleaning,Help at home,Washing and folding,Sorting cupboards,Looking after pets,Moving and unpacking",
        ("home_kept", "home_safe"),
    ),
    "personal_care": (
        "Washing and dressing,Morning care at home,Getting up and ready,Help in the shower,Evening care and bed,Help with eating,"
        "Personal care with dignity,Care after hospital,Night care,Help with the toilet,Foot care and nails,Care from women for women",
        ("hygiene", "clothed", "toilet"),
    ),
    "out_and_about": (
        "Shopping together,Driving to appointments,A walk in the park,Trips by bus and train,Going swimming,Visiting the library,"
        "Help getting to college,Cinema and theatre trips,Going to the mosque,Going to church,Football on Saturdays,Days at the seaside",
        ("community", "relationships"),
    ),
    "company": (
        "Company and conversation,Tea and a chat,Reading aloud,Playing cards and chess,Watching the match together,Phone and tablet lessons,"
        "Somali conversation,Music at home,Looking at old photographs,Sitting with you,Knitting together,Evening company",
        ("relationships",),
    ),
    "carer_break": (
        "A break for your carer,Sitting service,Overnight break,Weekend break,Dementia care while you rest,Afternoon off for families,"
        "Holiday cover,Regular evenings off,Emergency cover,Company while your partner is out",
        ("relationships", "home_safe"),
    ),
    "garden_repairs": (
        "Gardening,Lawn mowing and hedges,Small repairs,Fitting grab rails,Painting and decorating,Raised beds and planting,Handyperson,"
        "Clearing paths and leaves,Fixing dripping taps,Growing vegetables together,Putting up shelves,Checking smoke alarms",
        ("home_kept", "home_safe"),
    ),
    "groups": (
        "Art class,Seated exercise,Singing for everybody,Pottery,Woodwork workshop,Dance class,Gentle yoga,Lunch club,Community garden,"
        "Drama group,Photography walks,Boccia and bowls,Men's shed,Memory café",
        ("community", "work_learning"),
    ),
    "other": (
        "British Sign Language lessons,Help with forms,Learning to use buses,Job coaching,Money skills,Computer help,Speech practice,"
        "Sleep and routine coach,Massage,Hairdressing at home",
        ("work_learning", "community"),
    ),
}
TITLES = {category: listed(titles, ",") for category, (titles, _) in SERVICES.items()}
OUTCOMES = {category: outcomes for category, (_, outcomes) in SERVICES.items()}
# How much of each there is.
CATEGORIES = {
    "home_jobs": 22, "meals": 14, "personal_care": 20, "out_and_about": 14, "company": 10, "carer_break": 6, "garden_repairs": 6, "groups": 6,
    "other": 2,
}  # fmt: skip
SENTENCES = listed(
    "I come at the time that suits you.|You say how you like things done.|We talk first, and you decide.|I am patient and never rush.|"
    "I know the area well.|I worked in hospitals for ten years.|I learned this from my grandmother.|Two of us share the week, so somebody always "
    "comes.|I bring my own tools.|I am good with dogs.|I drive a car with a ramp.|I have cared for people with dementia.|I know autism and quiet "
    "ways of working.|I use a hoist safely.|I sign a little.|I cook without salt when asked.|Mornings are my best time.|I can also come at "
    "weekends.|Ask me about evenings.|You can try it once before you choose.|I keep a short note after each visit.|I am happy to learn your "
    "ways.|I have looked after people after a stroke.|Small groups are welcome.|We laugh a lot.|I never smoke.|I speak slowly and clearly.|I "
    "write things down so that you remember.|I can help several neighbours together.|I have good references.",
    "|",
)
LANGUAGES = listed("somali arabic bengali bsl cantonese french gujarati hindi italian makaton polish portuguese punjabi romanian spanish tamil urdu")
