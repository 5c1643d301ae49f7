"""A saved map in the browser, with the network cut, as tests look at it."""

import shutil

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
GRID = "window[Object.keys(window).find(name => name.startsWith('grid_'))]"


class Page:
    """A saved map in the browser, with all that it asked for and complained of."""

    def __init__(self, browser, path):
        self.tab = browser.new_page()
        self.requests, self.errors, self.dialogs = [], [], []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.on("console", self.note)
        self.tab.on("dialog", self.dismiss)
        self.tab.goto(path.resolve().as_uri())
        self.settle()

    def note(self, said):
        """Note what the browser says, but for its advice on how these tests read pixels."""
        if "willReadFrequently" not in said.text:
            self.errors.append(said.text)

    def dismiss(self, dialog):
        """Note a dialog and close it."""
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def settle(self):
        """Wait until what was asked for is drawn."""
        self.tab.evaluate(SETTLED)
        self.tab.wait_for_timeout(60)

    def run(self, script):
        """Run a script that knows the map as ``grid``."""
        result = self.tab.evaluate(f"() => {{ const grid = {GRID}; {script} }}")
        self.settle()
        return result

    def place(self, lon, lat):
        """Give the pixel of a place."""
        point = self.run(
            f"const p = grid.map.latLngToContainerPoint([{lat}, {lon}]); return [p.x, p.y]"
        )
        return point[0], point[1]

    def click(self, lon, lat):
        """Click a place and give the text of the pop-up; None where none opens."""
        self.tab.mouse.click(*self.place(lon, lat))
        self.tab.wait_for_timeout(350)
        popup = self.tab.query_selector(".leaflet-popup-content")
        return popup and popup.inner_text()

    def color_at(self, lon, lat):
        """Read the colour that the canvas of the cells has at a place."""
        return self.run(
            f"""
            const canvas = grid.layers.cells._canvas;
            const at = grid.map.latLngToContainerPoint([{lat}, {lon}]);
            const box = canvas.getBoundingClientRect();
            const context = canvas.getContext("2d");
            const pixel = context.getImageData(at.x - box.left, at.y - box.top, 1, 1);
            return Array.from(pixel.data);"""
        )
