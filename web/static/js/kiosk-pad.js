// Pads of keys: a key types at once; without this script each key is a button of the form.
(() => {
  document.querySelectorAll('[data-pad]').forEach((pad) => {
    const field = pad.querySelector('[data-field]');
    const put = (value) => {
      field.value = value.slice(0, field.maxLength);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    pad.querySelectorAll('.kkey').forEach((key) => {
      key.addEventListener('pointerdown', () => { field.focus({ preventScroll: true }); });
      key.addEventListener('mousedown', (e) => e.preventDefault()); // the field keeps the focus
      key.addEventListener('click', (e) => {
        e.preventDefault();
        if (key.value === 'clear') put('');
        else if (key.value === 'back') put(field.value.slice(0, -1));
        else put(field.value + key.value);
      });
    });
    field.focus({ preventScroll: true }); // a scanner types here
  });
})();
