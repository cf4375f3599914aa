// The plan of a building: the grid is one stop for Tab, the arrow keys go from room to room. Without this every room is a link.
(() => {
  "use strict";

  const grid = document.querySelector("[data-plan]");
  if (!grid) return;
  const rows = [...grid.tBodies[0].rows].map((row) => [...row.cells].slice(1).map((cell) => cell.querySelector("a")));
  const rooms = rows.flat().filter(Boolean);
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function stopAt(room) {
    rooms.forEach((one) => { one.tabIndex = one === room ? 0 : -1; });
  }

  // The next room that way; where a floor is shorter, the one after it.
  function next(room, [down, right]) {
    let y = rows.findIndex((row) => row.includes(room));
    let x = rows[y].indexOf(room);
    for (;;) {
      y += down;
      x += right;
      if (y < 0 || y >= rows.length || x < 0 || x >= rows[y].length) return null;
      if (rows[y][x]) return rows[y][x];
    }
  }

  grid.addEventListener("keydown", (event) => {
    const room = event.target.closest("a");
    if (!room || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows.find((one) => one.includes(room));
    const ends = { Home: row.find(Boolean), End: row.filter(Boolean).at(-1) };
    const to = ends[event.key] || (steps[event.key] && next(room, steps[event.key]));
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
  grid.addEventListener("focusin", (event) => stopAt(event.target.closest("a")));
  stopAt(rooms[0]);
})();
