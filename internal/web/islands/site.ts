// Every page loads this bundle: htmx, set up for a page whose policy forbids inline styles and evaluated code.
import htmx from "htmx.org";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
