/* The embeds of the race and of the tiles. Know before changing: what they do is in framed.js. */

import { follow } from "./framed.js";

follow("embed");
