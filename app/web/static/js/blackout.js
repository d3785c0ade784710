// Black rectangles, dragged with a finger or set by their two corners: painted over the pixels, and the photo rendered
// anew from what is seen. No copy of what was under them stays, here or on the server.

const TAP = 8; // pixels of the canvas that a finger may slip

// Takes over a dialog (web/black_out.html). The function it gives shows a bitmap, and hands the canvas to `taken` once
// somebody is done with it: if anything was painted, or with `always` as it is.
export function blackOut(dialog, always = false) {
  const canvas = dialog.querySelector("canvas");
  let bitmap = null;
  let taken = null;
  let from = null;
  let corner = null; // the first of two that were tapped
  let drawn = [];

  const point = (event) => {
    const edge = canvas.getBoundingClientRect();
    const across = ((event.clientX - edge.left) / edge.width) * canvas.width;
    return [across, ((event.clientY - edge.top) / edge.height) * canvas.height];
  };
  const paint = (more = []) => {
    const pen = canvas.getContext("2d");
    pen.drawImage(bitmap, 0, 0);
    pen.fillStyle = "#000";
    for (const one of [...drawn, ...more]) pen.fillRect(...one);
    if (corner) pen.fillRect(corner[0] - TAP, corner[1] - TAP, 2 * TAP, 2 * TAP);
  };
  const lift = (to) => {
    const tapped = Math.hypot(to[0] - from[0], to[1] - from[1]) < TAP * (canvas.width / canvas.clientWidth);
    if (!tapped) {
      drawn.push(box(from, to));
      corner = null;
    } else if (corner === null) {
      corner = to;
    } else {
      drawn.push(box(corner, to));
      corner = null;
    }
    from = null;
    paint();
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    from = point(event);
  });
  canvas.addEventListener("pointermove", (event) => from && paint([box(from, point(event))]));
  canvas.addEventListener("pointerup", (event) => from && lift(point(event)));
  canvas.addEventListener("pointercancel", () => {
    from = null;
    paint();
  });
  dialog.querySelector("[data-back]").addEventListener("click", () => {
    if (corner === null) drawn.pop();
    corner = null;
    paint();
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-done]").addEventListener("click", async () => {
    corner = null;
    if (always || drawn.length > 0) {
      paint();
      await taken(canvas);
    }
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    if (bitmap) bitmap.close();
    canvas.width = canvas.height = 1;
    [bitmap, taken, corner, drawn] = [null, null, null, []];
  });

  return (picture, whenTaken) => {
    [bitmap, taken] = [picture, whenTaken];
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    paint();
    dialog.showModal();
  };
}

function box([x1, y1], [x2, y2]) {
  const [left, top] = [Math.floor(Math.min(x1, x2)), Math.floor(Math.min(y1, y2))];
  return [left, top, Math.ceil(Math.max(x1, x2)) - left, Math.ceil(Math.max(y1, y2)) - top];
}
