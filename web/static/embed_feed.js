/* The embed of what was told. Know before changing: the list is the board's own (told.js); the rest is in framed.js. */

import { follow } from "./framed.js";
import { defineTold, toldValues } from "./told.js";

follow("embed_feed", [toldValues], defineTold);
