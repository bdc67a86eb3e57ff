/**
 * Mantine as the look has it: sizes and defaults here, colours in tokens.css. INVARIANT: nothing that makes a `<style>` at run time (no
 * scroll lock, no responsive style props, no Grid, SimpleGrid or AppShell): the Content-Security-Policy refuses it.
 */
import { ActionIcon, Button, createTheme, Drawer, Menu, Modal, Popover, Select, Textarea, TextInput, Tooltip } from '@mantine/core';
import type { MantineThemeOverride } from '@mantine/core';

const still = { transitionProps: { duration: 120 } };
const overlay = { lockScroll: false, removeScrollProps: { enabled: false }, overlayProps: { backgroundOpacity: 0.35 }, ...still };

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'blue',
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
    Modal: Modal.extend({ defaultProps: { ...overlay, centered: true } }),
    Drawer: Drawer.extend({ defaultProps: { ...overlay, position: 'right', size: '34rem' } }),
  },
});
