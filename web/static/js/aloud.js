// 念给我听: only with a voice of this machine, only at a touch; otherwise the button is absent.
// espeak-ng names Mandarin cmn, others name it zh.
(() => {
  const buttons = document.querySelectorAll('[data-aloud]');
  if (!buttons.length || !('speechSynthesis' in window)) return;
  speechSynthesis.cancel(); // a new page is quiet
  const voice = () => speechSynthesis.getVoices().find((v) => v.localService && /^(zh|cmn)/i.test(v.lang));
  const show = () => { if (voice()) buttons.forEach((b) => { b.hidden = false; }); };
  speechSynthesis.addEventListener('voiceschanged', show);
  show();
  buttons.forEach((b) => b.addEventListener('click', () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
    const u = new SpeechSynthesisUtterance(document.querySelector(b.dataset.aloud || 'main').innerText);
    u.voice = voice();
    u.lang = u.voice.lang;
    u.rate = 0.9;
    speechSynthesis.speak(u);
  }));
})();
