// Pads of keys: a key types at once; without this script each key is a button of the form. One listener serves all
// keys, and the field is focused only when it is not: focusing lays the page out, and a key must be seen within 100 ms.
(() => {
  document.querySelectorAll('[data-pad]').forEach((pad) => {
    const field = pad.querySelector('[data-field]');
    const key = (e) => e.target.closest('.kkey');
    const hold = () => { if (document.activeElement !== field) field.focus({ preventScroll: true }); };
    pad.addEventListener('mousedown', (e) => { if (key(e)) { e.preventDefault(); hold(); } }); // the field keeps the focus
    pad.addEventListener('click', (e) => {
      const touched = key(e);
      if (!touched) return;
      e.preventDefault();
      const was = field.value;
      if (touched.value === 'clear') field.value = '';
      else if (touched.value === 'back') field.value = was.slice(0, -1);
      else if (was.length < field.maxLength) field.value = was + touched.value;
      if (field.value !== was) field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    hold(); // a scanner types here
  });
})();
