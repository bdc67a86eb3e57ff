/**
 * Mantine as the look has it: sizes and defaults here, colours in tokens.css. INVARIANT: nothing that makes a `<style>` at run time (no
 * scroll lock, no responsive style props, no Grid, SimpleGrid or AppShell): the Content-Security-Policy refuses it.
 */
import {
  ActionIcon,
  Button,
  createTheme,
  defaultVariantColorsResolver,
  Drawer,
  Menu,
  Modal,
  Popover,
  Select,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';
import type { MantineThemeOverride, VariantColorsResolver } from '@mantine/core';

const still = { transitionProps: { duration: 120 } };
const overlay = { lockScroll: false, removeScrollProps: { enabled: false }, overlayProps: { backgroundOpacity: 0.35 }, ...still };

/** What stands on a filled ground: white on the dark fills of the light theme, dark on the light fills of the dark one. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== 'filled') return colors;
  return { ...colors, color: input.color === 'red' ? 'var(--on-bad)' : 'var(--on-accent)' };
};

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'blue',
  variantColorResolver,
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { size: 'md', variant: 'subtle', color: 'gray' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'xs' } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'xs', autosize: true, minRows: 2 } }),
    Select: Select.extend({ defaultProps: { size: 'xs', comboboxProps: still } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: false, ...still } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', ...still } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', ...still } }),
    ModalRoot: Modal.Root.extend({ defaultProps: { lockScroll: false, removeScrollProps: { enabled: false }, ...still } }),
    Modal: Modal.extend({ defaultProps: { ...overlay, centered: true } }),
    Drawer: Drawer.extend({ defaultProps: { ...overlay, position: 'right', size: '34rem' } }),
  },
});
